import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: { readonly lint: string; readonly 'lint:layout': string }
}

// No types: the configuration is plain JavaScript.
const { default: layout } = (await import(join(ROOT, 'dependency-cruiser.config.js'))) as {
  readonly default: { readonly forbidden: readonly { readonly name: string }[] }
}

/** What breaks a rule: a file, what it imports, and the rule. A target that there is not is made, empty. */
const BROKEN: readonly (readonly [promise: string, file: string, target: string | null, rule: string])[] = [
  ['a folder of the ground imports none above it', 'src/errors/x.ts', 'src/events/_.ts', 'no-import-from-above'],
  ['events/ does not know the work', 'src/events/x.ts', 'src/handling/_.ts', 'no-import-from-above'],
  ['the work does not know the request around it', 'src/handling/x.ts', 'src/delivery/_.ts', 'no-import-from-above'],
  ['listeners do not know the work', 'src/listeners/x.ts', 'src/handling/_.ts', 'no-import-from-above'],
  ['a store does not know the work', 'src/stores/redis/x.ts', 'src/handling/_.ts', 'no-import-from-above'],
  ['no folder below imports the class', 'src/delivery/x.ts', 'src/suno-callbacks.ts', 'no-import-from-above'],
  ['no folder below imports the main entry', 'src/outcome/x.ts', 'src/index.ts', 'no-import-from-above'],
  ['imports of types count as well', 'src/log/x.ts', 'type src/events/_.ts', 'no-import-from-above'],
  ['files make no circle, of types either', 'src/verify/x.ts', 'type src/verify/y.ts', 'no-circle'],
  ['a third file outside of the folders of src is refused', 'src/x.ts', 'src/errors/_.ts', 'no-unknown-folder'],
  ['also one that imports nothing', 'src/y.ts', null, 'no-unknown-folder'],
  ['so is a folder that the list does not name', 'src/helpers/x.ts', 'src/errors/_.ts', 'no-unknown-folder'],
  ['nothing in src imports an adapter', 'src/testing/x.ts', 'adapters/shared/_.ts', 'no-import-out-of-src'],
  ['nothing in src imports a test', 'src/time/x.ts', 'test/_.ts', 'no-import-out-of-src'],
  ['nothing in src imports an example', 'src/time/y.ts', 'examples/_.ts', 'no-import-out-of-src'],
  ['no adapter imports a test', 'adapters/x.ts', 'test/_.ts', 'no-import-out-of-adapters'],
  ['a store imports no other store', 'src/stores/sqlite/x.ts', 'src/stores/memory/_.ts', 'no-store-from-a-store'],
  ['an adapter imports no other adapter', 'adapters/y.ts', 'adapters/koa.ts', 'no-adapter-from-an-adapter'],
  ['what adapters share knows none of them', 'adapters/shared/x.ts', 'adapters/_.ts', 'no-adapter-from-an-adapter'],
  ['an adapter reaches no store', 'adapters/z.ts', 'src/stores/redis/_.ts', 'no-optional-folder-in-the-core'],
  ['the core has no store', 'src/options/x.ts', 'src/stores/postgres/_.ts', 'no-optional-folder-in-the-core'],
  ['nor BullMQ', 'src/options/y.ts', 'src/handoff/bullmq.ts', 'no-optional-folder-in-the-core'],
  ['nor what is for tests', 'src/delivery/y.ts', 'src/testing/_.ts', 'no-optional-folder-in-the-core'],
  ['nor a folder that is still to come', 'src/delivery/z.ts', 'src/polling/_.ts', 'no-optional-folder-in-the-core'],
]

let folder: string
let status: number | null
/** The rules that each file breaks, by its path. */
let broken: ReadonlyMap<string, ReadonlySet<string>>

// In a small tree beside the real one, because other tests and checks read that at the same time.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'suno-layout-'))
  for (const [, file, target] of BROKEN) breakWith(file, target)
  breakWith('src/verify/y.ts', 'type src/verify/x.ts')
  // Which imports Postgres.
  breakWith('src/index.ts', 'src/options/x.ts')
  const { stdout, ...ended } = checkLayout()
  status = ended.status
  broken = rulesBroken(stdout)
}, 60_000)

afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('npm run lint holds the layout:', () => {
  test.each(BROKEN)('%s', (_promise, file, _target, rule) => {
    expect([...(broken.get(file) ?? [])]).toContain(rule)
  })

  test('the main entry reaches no entry point of its own, on a detour either', () => {
    expect(broken.get('src/index.ts')).toEqual(new Set(['no-optional-folder-in-the-core']))
  })

  test('what breaks no rule is not named', () => {
    const meant = ['src/index.ts', ...BROKEN.map(([, file]) => file)]
    expect([...broken.keys()].filter((file) => !meant.includes(file))).toEqual([])
  })

  test('each of its rules is broken above', () => {
    const rules = new Set(layout.forbidden.map(({ name }) => name))
    expect(new Set(BROKEN.map(([, , , rule]) => rule))).toEqual(rules)
  })

  test('and fails', () => {
    expect(manifest.scripts.lint).toContain('npm run --silent lint:layout')
    expect(status).toBeGreaterThan(0)
  })
})

/** Writes a file that imports the target, and the target if there is none. */
function breakWith(file: string, target: string | null): void {
  const [path = '', kind] = target?.split(' ').reverse() ?? []
  const name = relative(dirname(file), path).replace(/\.ts$/, '.js')
  const line = `${kind === 'type' ? 'export type *' : 'export *'} from '${name.startsWith('.') ? name : `./${name}`}'\n`
  write(file, target === null ? 'export {}\n' : line)
  if (target !== null && !existsSync(join(folder, path))) write(path, 'export {}\n')
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}

/** Of the lines `error <rule>: <file> → <target>` of the report. */
function rulesBroken(report: string): ReadonlyMap<string, ReadonlySet<string>> {
  const rules = new Map<string, Set<string>>()
  for (const [, rule = '', file = ''] of stripVTControlCharacters(report).matchAll(/^ *error ([\w-]+): (\S+)/gm)) {
    rules.set(file, (rules.get(file) ?? new Set()).add(rule))
  }
  return rules
}

/** The command of `npm run lint`, in the small tree. */
function checkLayout(): { readonly status: number | null; readonly stdout: string } {
  const [command = '', ...words] = manifest.scripts['lint:layout'].split(' ')
  const args = words.map((word) => (word.endsWith('.config.js') ? join(ROOT, word) : word))
  return spawnSync(process.execPath, [join(ROOT, 'node_modules/.bin', command), ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
}
