import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'

/** Who may run where, as `taskset -c` reads it: what is measured has a core to itself. */
export interface Cores {
  readonly measured: string
  readonly rest: string
}

/**
 * Moves this process, and so all that it will start, off the first core that it may use. Null where that cannot be: fewer than two
 * cores, or no `taskset`.
 */
export function divideCores(): Cores | null {
  const [first, ...rest] = allowedCores()
  if (first === undefined || rest.length === 0) return null
  const cores = { measured: String(first), rest: rest.join(',') }
  execFileSync('taskset', ['-acp', cores.rest, String(process.pid)], { stdio: 'ignore' })
  return cores
}

/** How long the measured core has been busy since the system started, in ms, with whatever. */
export function busyMs({ measured }: Cores): number {
  const times = cpus()[Number(measured)]?.times
  return times === undefined ? 0 : times.user + times.nice + times.sys
}

function allowedCores(): readonly number[] {
  if (availableParallelism() < 2) return []
  try {
    const told = execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' })
    const list = /:\s*([\d,-]+)\s*$/.exec(told)?.[1] ?? ''
    return list.split(',').flatMap((range) => {
      const [from = NaN, to = from] = range.split('-').map(Number)
      return Array.from({ length: to - from + 1 }, (_, index) => from + index)
    })
  } catch {
    return []
  }
}
