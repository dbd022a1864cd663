import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import { expect, test } from 'vitest'
import { chaptersOf, linksOf, namesOf, page, pages, README, type Page } from './pages.js'

const ROOT = new URL('../../', import.meta.url)

interface Manifest {
  readonly repository: { readonly url: string }
  readonly homepage: string
  readonly bugs: string
  readonly files: readonly string[]
}

const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Manifest

/** The address of the repository: the one place that says it is package.json. */
const REPOSITORY = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
const IN_REPOSITORY = `${REPOSITORY}/blob/HEAD/`

/** What is in the tarball, so that its links are read outside of the repository too. */
const PACKED = ['README.md', 'SECURITY.md', 'CHANGELOG.md']

/** The links of all pages that lead to a file of the repository, absolute or not, as page → path and chapter. */
const internal = pages.flatMap((from) =>
  linksOf(from).flatMap((link) => {
    const path = pathOf(link, from)
    return path === null ? [] : [{ from: from.path, link, ...path }]
  }),
)

test('the README is a page: at most 350 lines', () => {
  expect(README.split('\n').length - 1).toBeLessThanOrEqual(350)
})

test('no two code blocks and no two tables of the pages have one name', () => {
  for (const what of ['name', 'table'] as const) {
    const names = namesOf(what)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  }
})

test('every link to a file of the repository leads to one', () => {
  expect(internal.length).toBeGreaterThan(30)
  expect(internal.filter(({ path }) => !existsSync(new URL(path, ROOT)))).toEqual([])
})

test('every link to a chapter leads to one', () => {
  const broken = internal.filter(({ path, chapter }) => chapter !== '' && !chaptersOf(page(path)).includes(chapter))
  expect(broken).toEqual([])
})

test('what is packed has absolute links alone, so that they work on npm', () => {
  expect(PACKED.map((path) => linksOf(page(path)).filter((link) => !/^(https:\/\/|#)/.test(link)))).toEqual([
    [],
    [],
    [],
  ])
  expect(manifest.files).toEqual(expect.arrayContaining(['SECURITY.md', 'CHANGELOG.md']))
})

test("every absolute link to this project begins with package.json's repository", () => {
  expect(REPOSITORY).toMatch(/^https:\/\/[\w.-]+\/[\w./-]+$/)
  expect(manifest.homepage).toBe(`${REPOSITORY}#readme`)
  expect(manifest.bugs).toBe(`${REPOSITORY}/issues`)
  const name = REPOSITORY.split('/').at(-1) ?? ''
  const links = pages.flatMap(linksOf).filter((link) => link.startsWith('https://') && link.includes(`/${name}`))
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((link) => !link.startsWith(`${REPOSITORY}/`))).toEqual([])
})

test('every folder that the README names has a page', () => {
  const rooms = pages.map(({ path }) => path).filter((path) => path.endsWith('/README.md'))
  expect(rooms.filter((path) => !README.includes(`](${IN_REPOSITORY}${path}`))).toEqual([])
})

/** Of a link to a file of the repository, else null. */
function pathOf(link: string, from: Page): { readonly path: string; readonly chapter: string } | null {
  if (/^[a-z]+:/.test(link) && !link.startsWith(IN_REPOSITORY)) return null
  const [target = '', chapter = ''] = link.replace(IN_REPOSITORY, '').split('#')
  if (link.startsWith(IN_REPOSITORY)) return { path: target, chapter }
  return { path: target === '' ? from.path : normalize(join(dirname(from.path), target)), chapter }
}
