import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Build {
  readonly script: string
  readonly reads: readonly string[]
  readonly folder: string
  /** What it writes last. */
  readonly last: string
}

const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'rolldown.config.js', 'page.config.js']

const BUILDS: readonly Build[] = [
  { script: 'build', reads: ['src', 'adapters', ...SETTINGS], folder: 'dist', last: 'cjs/types/src/index.d.ts' },
  { script: 'build:examples', reads: ['examples', 'tsconfig.json'], folder: 'examples/dist', last: 'sqlite.js' },
]

/**
 * Builds before the tests where a source has changed since: examples and README snippets use the package by its own name, as it will
 * be published. Where SUNO_BUILT is set, `dist` and `examples/dist` are what the sources make already.
 */
export default async function build(): Promise<void> {
  if ((process.env.SUNO_BUILT ?? '') !== '') return
  await Promise.all(BUILDS.filter(isOld).map(run))
}

async function run({ script, folder }: Build): Promise<void> {
  const begin = new Date()
  const building = spawn('npm', ['run', '--silent', script], { cwd: ROOT, stdio: 'inherit' })
  const [code] = (await once(building, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`npm run ${script} failed.`)
  // When it began to read: what is saved while it builds is newer.
  utimesSync(ROOT + folder, begin, begin)
}

function isOld({ reads, folder, last }: Build): boolean {
  if (!existsSync(`${ROOT}${folder}/${last}`)) return true
  const built = changedAt(folder)
  return reads.flatMap(withAllBelow).some((path) => changedAt(path) >= built)
}

/** Folders too: they change when a file of theirs comes or goes. */
function withAllBelow(path: string): readonly string[] {
  if (!statSync(ROOT + path).isDirectory()) return [path]
  const below = readdirSync(ROOT + path, { recursive: true, encoding: 'utf8' })
  return [path, ...below.map((name) => `${path}/${name}`).filter((name) => !/\/(dist|node_modules)(\/|$)/.test(name))]
}

/** In ms since 1970. */
function changedAt(path: string): number {
  return statSync(ROOT + path).mtimeMs
}
