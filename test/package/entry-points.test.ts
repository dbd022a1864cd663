import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** The entry points stand in `exports` of package.json. What repeats them for older tools says the same. */
interface Manifest {
  readonly main: string
  readonly types: string
  readonly exports: Readonly<Record<string, Readonly<Record<string, Target>> | string>>
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

interface Target {
  readonly types: string
  readonly default: string
}

const at = (path: string) => new URL(`../../${path}`, import.meta.url)
const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8')) as Manifest

const entryPoints = Object.entries(manifest.exports).flatMap(([path, targets]) =>
  typeof targets === 'string' ? [] : [{ path, targets }],
)
const typesInCommonJs = (targets: Readonly<Record<string, Target>>) => targets.require?.types ?? ''

describe('exports', () => {
  test.each(entryPoints)('$path has a source, and the files of either format that are built from it', (one) => {
    const types = one.targets.import?.types.replace('./dist/esm/', '') ?? ''
    expect(existsSync(at(types.replace('types/', '').replace(/\.d\.ts$/, '.ts')))).toBe(true)
    const file = one.path === '.' ? 'index.js' : `${one.path.replace('./', '')}.js`
    const targetsIn = (format: string) => ({ types: `./dist/${format}/${types}`, default: `./dist/${format}/${file}` })
    // In this order, for the first that fits is taken.
    expect(JSON.stringify(one.targets)).toBe(JSON.stringify({ import: targetsIn('esm'), require: targetsIn('cjs') }))
  })

  test('name beside them package.json, and nothing else', () => {
    const others = Object.entries(manifest.exports).filter(([, targets]) => typeof targets === 'string')
    expect(others).toEqual([['./package.json', './package.json']])
  })
})

describe('what reads no exports', () => {
  test('finds the main entry', () => {
    const { types, default: main } = entryPoints.find(({ path }) => path === '.')?.targets.require ?? {}
    expect({ main: manifest.main, types: manifest.types }).toEqual({ main, types })
  })

  test('finds the types of every other entry point', () => {
    const others = entryPoints.filter(({ path }) => path !== '.')
    expect(manifest.typesVersions).toEqual({
      '*': Object.fromEntries(others.map(({ path, targets }) => [path.replace('./', ''), [typesInCommonJs(targets)]])),
    })
  })
})
