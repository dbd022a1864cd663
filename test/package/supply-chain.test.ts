import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What is installed with the package, and what is installed to work on it. The files of the tarball are asserted by test/harness/consumers. */
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
}

interface Lockfile {
  readonly packages: Readonly<
    Record<
      string,
      { readonly dev?: boolean; readonly peer?: boolean; readonly resolved?: string; readonly integrity?: string }
    >
  >
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'))
const manifest = read('package.json') as Manifest
const lockfile = read('package-lock.json') as Lockfile
const locked = Object.entries(lockfile.packages).filter(([path]) => path !== '')

test('users install zod and eventemitter3 with the package, and nothing else', () => {
  const expected = ['eventemitter3', 'zod']
  expect(Object.keys(manifest.dependencies).sort()).toEqual(expected)
  const forUsers = locked.filter(([, { dev, peer }]) => dev !== true && peer !== true).map(([path]) => path)
  expect(forUsers.sort()).toEqual(expected.map((name) => `node_modules/${name}`))
})

test('nothing runs when the package is installed', () => {
  const onInstall = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']
  expect(Object.keys(manifest.scripts).filter((name) => onInstall.includes(name))).toEqual([])
})

test('the lockfile has the hash of every package, and names no host to fetch it from', () => {
  expect(locked.length).toBeGreaterThan(100)
  const unhashed = locked.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))
  expect(unhashed).toEqual([])
  expect(locked.filter(([, one]) => 'resolved' in one)).toEqual([])
})
