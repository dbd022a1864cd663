import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Cores } from './cores.js'
import { median } from './report.js'

/** What an import takes in a new process, in ms: each entry point of the package, and zod. */
export async function measureImports(rounds: number, cores: Cores | null): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number[]>([...entryPoints(), 'zod'].map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, measured] of times) measured.push(await importTime(name, cores))
  }
  return new Map([...times].map(([name, measured]) => [name, median(measured)]))
}

const PACKAGE = import.meta.resolve('suno-callbacks/package.json')

function entryPoints(): readonly string[] {
  const { exports } = JSON.parse(readFileSync(new URL(PACKAGE), 'utf8')) as { readonly exports: object }
  const paths = Object.keys(exports).filter((path) => path !== './package.json')
  return paths.map((path) => path.replace('.', 'suno-callbacks'))
}

async function importTime(name: string, cores: Cores | null): Promise<number> {
  const code = `const from = performance.now(); await import('${name}'); console.log(performance.now() - from)`
  const args = ['--input-type=module', '--eval', code]
  const [file, all] =
    cores === null ? [process.execPath, args] : ['taskset', ['-c', cores.measured, process.execPath, ...args]]
  const { stdout } = await promisify(execFile)(file, all, { cwd: fileURLToPath(new URL('.', PACKAGE)) })
  return Number(stdout)
}
