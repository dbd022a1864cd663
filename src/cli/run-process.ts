import { main, type Surroundings } from './main.js'

/** The members that are used of a process. */
export interface Process extends Omit<Surroundings, 'signal'> {
  readonly argv: readonly string[]
  exitCode?: number | string | null | undefined
  once(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  off(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
}

/** Runs the command line in a process. The first Ctrl-C lets the command end in order; the second is Node's own, and ends it at once. */
export async function runProcess(process: Process): Promise<void> {
  const ending = new AbortController()
  const end = () => ending.abort()
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  const { stdin, stdout, stderr, env } = process
  process.exitCode = await main(process.argv.slice(2), { stdin, stdout, stderr, env, signal: ending.signal })
  process.off('SIGINT', end)
  process.off('SIGTERM', end)
}
