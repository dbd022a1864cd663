// The handler of web-standard requests in other runtimes: packs the package, installs it with Bun and Deno into a temporary project,
// and runs the suite there and under every release of Node.js that has users, then an app on the server of Bun and of Deno. Their
// binaries stay out of the repository's own dependencies.
//
//     npm run test:runtimes
//
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'rolldown'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(dirname(dirname(here)))
// Outside the repository, so that nothing is found in its node_modules.
const temporary = mkdtempSync(join(tmpdir(), 'suno-callbacks-runtimes-'))

/** The commands that run a file, with no more leave than an app has. */
const RUNTIMES = {
  ...Object.fromEntries(['20', '22', '24', '26'].map((major) => [`Node ${major}`, [binaryOfNode(major)]])),
  Bun: [join(temporary, 'node_modules/.bin/bun')],
  Deno: [
    join(temporary, 'node_modules/.bin/deno'),
    'run',
    '--no-prompt',
    '--allow-env',
    '--allow-net',
    '--allow-read',
    '--allow-write',
  ],
}

let passed = 0
let failed = 0
try {
  await install()
  for (const [name, command] of Object.entries(RUNTIMES)) {
    console.log(`${name} ${run(command[0], ['--version']).split('\n')[0]}`)
    addSuite(name, command)
  }
  check('Deno without leave for anything', () => {
    const [deno] = RUNTIMES.Deno
    assert.equal(run(deno, ['run', '--no-prompt', 'without-leave.js']).trim(), 'answered 200')
  })
  const { deliverTo } = await import(pathToFileURL(join(temporary, 'deliveries.mjs')))
  process.chdir(temporary)
  for (const name of ['Bun', 'Deno'])
    await check(`the server of ${name}`, () => deliverTo(...RUNTIMES[name], 'server.js'))
} catch (error) {
  report('the run', error)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)

async function install() {
  run('npm', ['pack', '--pack-destination', temporary], root)
  const [tarball] = readdirSync(temporary).filter((file) => file.endsWith('.tgz'))
  for (const file of ['package.json', 'server.js', 'without-leave.js']) cpSync(join(here, file), join(temporary, file))
  cpSync(join(here, '../consumers/deliveries.mjs'), join(temporary, 'deliveries.mjs'))
  run('npm', ['install', '--no-save', '--no-package-lock', '--no-audit', '--prefer-offline', `./${tarball}`])
  await bundleSuite()
}

/** By npm, unless it is the one that runs us. */
function binaryOfNode(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  const name = `node-${process.platform}-${process.arch}@${major}`
  return run('npx', ['-y', '-p', name, 'node', '-p', 'process.execPath'], root).trim()
}

/** With the entry points of the package in the place of their sources. */
function bundleSuite() {
  const entries = new Map(
    [
      ['src/index.ts', 'suno-callbacks'],
      ['src/testing/index.ts', 'suno-callbacks/testing'],
      ['src/stores/sqlite/index.ts', 'suno-callbacks/sqlite'],
      ['adapters/fetch.ts', 'suno-callbacks/fetch'],
    ].map(([file, name]) => [join(root, file), name]),
  )
  const packaged = {
    name: 'packaged',
    resolveId(id, importer) {
      if (importer === undefined || !id.startsWith('.')) return null
      const name = entries.get(join(dirname(importer), id).replace(/\.js$/, '.ts'))
      return name === undefined ? null : { id: name, external: true }
    },
  }
  return build({
    input: join(here, 'suite.ts'),
    external: /^[^./]/,
    platform: 'node',
    plugins: [packaged],
    output: { file: join(temporary, 'suite.mjs'), format: 'esm' },
    logLevel: 'warn',
  })
}

/** A run of the suite, which counts by itself. */
function addSuite(name, [command, ...options]) {
  const { stdout, stderr } = spawnSync(command, [...options, 'suite.mjs'], { cwd: temporary, encoding: 'utf8' })
  console.log(stdout.trimEnd())
  const counts = /^(\d+) passed, (\d+) failed$/m.exec(stdout)
  if (counts === null) return report(name, new Error(`The suite did not come to its end.\n${stderr}`))
  passed += Number(counts[1])
  failed += Number(counts[2])
}

async function check(title, try_) {
  try {
    await try_()
    passed++
    console.log(`ok ${title}`)
  } catch (error) {
    report(title, error)
  }
}

function report(title, error) {
  failed++
  console.log(`not ok ${title}\n${error instanceof Error ? error.stack : String(error)}`)
}

function run(command, args, cwd = temporary) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
  return stdout
}
