// Packs the package as `npm publish` would, checks what is in the tarball, then installs it into a copy of each consumer
// project beside this file, as a user would, and runs that project's tests.
//
//     npm run test:package -- next hono        only these projects
//     npm run test:package -- --but next       all but this one
//
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const consumers = dirname(fileURLToPath(import.meta.url))
const root = dirname(dirname(dirname(consumers)))
// Outside the repository, so that nothing is found in its node_modules.
const temporary = mkdtempSync(join(tmpdir(), 'suno-callbacks-'))

const NONE = { missing: [], unexpected: [] }

let passed = 0
let failed = 0
try {
  const tarball = pack()
  const files = filesOf(tarball)
  check('the tarball has what users need and nothing else', () => {
    const expected = expectedFiles()
    assert.deepEqual({ missing: without(expected, files), unexpected: without(files, expected) }, NONE)
  })
  check('every file that package.json names is in the tarball', () => {
    assert.deepEqual({ missing: without(namedFiles(), files), unexpected: [] }, NONE)
  })
  for (const [name, folder] of projects()) check(name, () => runConsumer(name, folder, tarball))
} catch (error) {
  report('the run', error)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function check(title, run) {
  try {
    run()
    passed++
    console.log(`ok ${title}`)
  } catch (error) {
    report(title, error)
  }
}

function report(title, error) {
  failed++
  console.log(`not ok ${title}\n${error instanceof Error ? error.message : String(error)}`)
}

function pack() {
  run('npm', ['pack', '--pack-destination', temporary], root)
  const [tarball, ...others] = readdirSync(temporary).filter((file) => file.endsWith('.tgz'))
  assert.ok(tarball !== undefined && others.length === 0)
  return join(temporary, tarball)
}

function filesOf(tarball) {
  const list = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
  return list
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^package\//, ''))
}

/** The types of each source file, twice; the JavaScript, a few files in either format. Nothing else. */
function expectedFiles() {
  const types = ['src', 'adapters'].flatMap((folder) =>
    // The inspector's page is built into one string.
    withoutPage(filesBelow(folder, '.ts')).flatMap((file) => {
      const declaration = `types/${file.replace(/\.ts$/, '.d.ts')}`
      return [`dist/esm/${declaration}`, `dist/cjs/${declaration}`]
    }),
  )
  const built = ['dist/esm', 'dist/cjs'].flatMap((folder) => filesBelow(folder, '.js'))
  const rest = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'dist/cjs/package.json']
  return [...rest, ...types, ...built]
}

function withoutPage(files) {
  return files.filter((file) => !file.startsWith('src/inspector/page/'))
}

function filesBelow(folder, ending) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file.split(sep).join('/')}`)
}

/** The targets of `main`, `types`, `bin`, `exports` and `typesVersions`. */
function namedFiles() {
  const { main, types, bin, exports, typesVersions } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return leaves({ main, types, bin, exports, typesVersions }).map((path) => path.replace(/^\.\//, ''))
}

function without(files, others) {
  return files.filter((file) => !others.includes(file))
}

function leaves(value) {
  return typeof value === 'string' ? [value] : Object.values(value).flatMap(leaves)
}

/** The folders beside this file, and the example that needs more packages than the repository has. */
function projects() {
  const folders = readdirSync(consumers, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const all = [...folders.map(({ name }) => [name, join(consumers, name)]), ['nest', join(root, 'examples/nest')]]
  const names = process.argv.slice(2).filter((argument) => argument !== '--but')
  const leavesOut = names.length === 0 || process.argv.includes('--but')
  for (const name of names)
    assert.ok(
      all.some(([known]) => known === name),
      `There is no project "${name}".`,
    )
  return all.filter(([name]) => names.includes(name) !== leavesOut)
}

function runConsumer(name, folder, tarball) {
  const project = join(temporary, name)
  cpSync(folder, project, { recursive: true, filter: (path) => !/node_modules|dist/.test(relative(folder, path)) })
  cpSync(join(consumers, 'deliveries.mjs'), join(project, 'deliveries.mjs'))
  run('npm', ['install', '--no-save', '--no-package-lock', '--no-audit', '--prefer-offline', tarball], project)
  const output = run('npm', ['test', '--silent'], project)
  // An exit code of 0 alone does not say that an event came: a promise that never settles ends Node with 0 in CommonJS.
  assert.ok(output.split('\n').includes(`ok ${name}`), `It ended without having received its event.\n${output}`)
}

function run(command, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
  return stdout
}
