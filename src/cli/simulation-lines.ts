import type { SimulationProgress, SimulationReport } from '../testing/index.js'
import { ageOf } from './event-line.js'
import type { Output } from './output.js'

/** Writes attempts as they end, and says how far the run is. */
export function progressWriter(output: Output) {
  let last: SimulationProgress | null = null
  let deliveredAt = performance.now()
  return {
    /** A line for each attempt, where they are few: of many, the live line and the report tell. */
    write: (progress: SimulationProgress): void => {
      last = progress
      if (progress.attempt.status === 200) deliveredAt = performance.now()
      if (progress.callbacks <= FEW || output.isJson) writeAttempt(progress, output)
    },
    summary: (): string => {
      if (last === null) return 'nothing sent yet'
      const { callbacks, delivered, abandoned, attempts } = last
      const left = String(callbacks - delivered - abandoned)
      const counts = `${String(delivered)} delivered, ${String(abandoned)} abandoned, ${left} left; ${String(attempts)} attempts`
      return `${counts}, the last success ${ageOf(deliveredAt)} ago`
    },
  }
}

const FEW = 100

function writeAttempt({ task, type, attempt, state }: SimulationProgress, output: Output): void {
  const { sending, retry, address, latencyMs, status, fault } = attempt
  const columns = [
    type.padEnd(15),
    task.kind.padEnd(8),
    task.taskId.slice(0, 8),
    (fault ?? String(status)).padEnd(14),
    toMs(latencyMs).padStart(8),
    STATES[state].padEnd(9),
    `${sending === 'repeat' ? 'repeat' : 'attempt'} ${String(retry + 1)}`,
    address,
  ]
  const { kind, taskId } = task
  output.data(
    { record: 'attempt', type, kind, taskId, status, fault, latencyMs, state, sending, retry, address },
    output.styled(status === 200 ? 'green' : 'yellow', columns.join('  ')),
  )
}

const STATES = { delivered: 'delivered', abandoned: 'abandoned', unfinished: 'waiting' }

/** What became of a run: what was not delivered, and the totals. */
export function writeReport({ callbacks, totals, seed }: SimulationReport, output: Output): void {
  const { delivered, abandoned, unfinished, attempts, results, latencyMs, durationMs } = totals
  const missed = callbacks.filter(({ state }) => state !== 'delivered').slice(0, FEW)
  const rows = missed.map(({ type, kind, taskId, state, attempts: all }) => {
    const answers = all.map((attempt) => attempt.fault ?? String(attempt.status))
    return [type, kind, taskId, state, answers.join(', ')]
  })
  const list =
    rows.length === 0 ? [] : [table(['not delivered', 'kind', 'task id', 'state', 'attempts'], rows, output), '']
  const counts = [
    ['callbacks', String(totals.callbacks)],
    ['delivered', String(delivered)],
    ['abandoned', String(abandoned)],
    ['unfinished', String(unfinished)],
    ['attempts', String(attempts)],
    ...Object.entries(results).map(([result, count]) => [`  ${result}`, String(count)]),
    ['latency', `median ${toMs(latencyMs.median)}, p99 ${toMs(latencyMs.p99)}`],
    ['duration', `${(durationMs / 1000).toFixed(1)} s`],
  ]
  const total = table(['total', ''], counts, output)
  output.data({ record: 'totals', seed, ...totals }, ['', ...list, total].join('\n'))
}

/** Rows in columns as wide as they need to be, below a head. */
function table(head: readonly string[], rows: readonly (readonly string[])[], output: Output): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => String(row[column]).length)))
  const toLine = (row: readonly string[]) => {
    return `  ${row.map((cell, column) => cell.padEnd(Number(widths[column]))).join('  ')}`.trimEnd()
  }
  return [output.styled('dim', toLine(head)), ...rows.map(toLine)].join('\n')
}

function toMs(ms: number | null): string {
  return ms === null ? '-' : `${ms.toFixed(1)} ms`
}
