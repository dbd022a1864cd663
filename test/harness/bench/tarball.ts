import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What `npm publish` would send, in bytes. */
export interface Tarball {
  readonly size: number
  readonly unpackedSize: number
  readonly entryCount: number
}

export async function measureTarball(): Promise<Tarball> {
  const cwd = fileURLToPath(new URL('.', import.meta.resolve('suno-callbacks/package.json')))
  // Not built again: what is measured is in use.
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd })
  const [tarball] = Object.values(JSON.parse(stdout) as Readonly<Record<string, Tarball>>)
  if (tarball === undefined) throw new Error('npm pack has packed nothing.')
  return tarball
}
