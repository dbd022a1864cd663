import type { KeptCallback, KeptTask } from '../testing/index.js'
import { nameColumns, timeOf } from './event-line.js'
import type { Output } from './output.js'

/** How much of a task is new. */
interface News {
  readonly submits: number
  readonly attempts: number
}

/** Writes what is new of a task: its submit, where there was nothing before, its attempts, and what does not arrive. */
export function reportTask(task: KeptTask, before: KeptTask | null, output: Output): News {
  if (before === null) writeSubmit(task, output)
  const counts = task.callbacks.map((callback, index) => {
    return writeCallback(task, callback, before?.callbacks[index] ?? null, output)
  })
  return { submits: before === null ? 1 : 0, attempts: counts.reduce((sum, count) => sum + count, 0) }
}

function writeSubmit({ kind, taskId, createdAt, callbackUrl }: KeptTask, output: Output): void {
  // Without the query, in which a signature would be.
  const address = callbackUrl.replace(/\?.*/, '')
  const columns = [timeOf(createdAt), nameColumns({ type: 'submitted', kind, taskId }), `callbacks to ${address}`]
  output.data({ record: 'submit', kind, taskId, address }, columns.join('  '))
}

/** Answers how many attempts are new. */
function writeCallback(
  { kind, taskId }: KeptTask,
  { type, state, attempts }: KeptCallback,
  before: KeptCallback | null,
  output: Output,
): number {
  const start = [timeOf(new Date()), nameColumns({ type, kind, taskId })].join('  ')
  const known = before?.attempts.length ?? 0
  const fresh = attempts.slice(known)
  for (const [index, { status, fault, latencyMs }] of fresh.entries()) {
    const attempt = known + index + 1
    const result = output.styled(status === 200 ? 'green' : 'yellow', fault ?? String(status))
    const line = `${start}  ${result}  ${String(Math.round(latencyMs))} ms  attempt ${String(attempt)}`
    output.data({ record: 'attempt', type, kind, taskId, attempt, status, fault, latencyMs }, line)
  }
  const end = ENDS.get(state)
  if (end !== undefined && state !== before?.state) {
    output.data({ record: 'end', type, kind, taskId, state }, `${start}  ${output.styled('yellow', end)}`)
  }
  return fresh.length
}

/** Of callbacks that do not arrive. */
const ENDS: ReadonlyMap<KeptCallback['state'], string> = new Map([
  ['silent', 'not sent'],
  ['abandoned', 'given up'],
])
