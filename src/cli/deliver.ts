import { oneLine } from '../log/log-fields.js'
import { nameColumns } from './event-line.js'
import { explainAnswer, type Explanation } from './explain-answer.js'
import type { Output } from './output.js'
import { post, PROVIDER_TIMEOUT_MS, type Posted } from './post.js'

/** A callback that this command sends itself. */
export interface Callback {
  readonly url: string
  readonly body: Uint8Array
  /** What names it in the output. */
  readonly type: string | null
  readonly kind: string | null
  readonly taskId: string | null
}

/** What came of it. */
export interface Delivered extends Explanation {
  readonly status: number | null
}

/** Sends a callback as a provider would, once, and writes what came of it. */
export async function deliver(callback: Callback, output: Output, signal: AbortSignal): Promise<Delivered> {
  const posted = await post({ ...callback, headers: {}, timeoutMs: PROVIDER_TIMEOUT_MS, signal })
  const explanation = explainAnswer(posted)
  const { type, kind, taskId } = callback
  const data = { type, kind, taskId, ...answerData(posted, explanation) }
  output.data(data, deliveryLine(data, explanation, output))
  return { ...explanation, status: data.status }
}

/** What an answer is as data. */
export function answerData({ answer, fault, durationMs }: Posted, { outcome, text }: Explanation) {
  return { status: answer?.status ?? null, fault, outcome, durationMs, explanation: text }
}

/** `music:complete  music  task-1  200 duplicate  12 ms  The app has …` */
function deliveryLine(
  { type, kind, taskId, ...data }: ReturnType<typeof answerData> & Pick<Callback, 'type' | 'kind' | 'taskId'>,
  explanation: Explanation,
  output: Output,
): string {
  return `${nameColumns({ type, kind, taskId })}  ${answerText(data, explanation, output)}`
}

/** `200 duplicate  12 ms  The app has …` */
export function answerText(
  { status, fault, outcome, durationMs, explanation }: ReturnType<typeof answerData>,
  { isDelivered }: Explanation,
  output: Output,
): string {
  const result = [String(status ?? fault), outcome].filter((word) => word !== null).join(' ')
  const isRepeat = outcome === 'duplicate'
  const text = output.styled(isDelivered ? (isRepeat ? 'yellow' : 'green') : 'red', oneLine(result))
  return [text, `${String(durationMs)} ms`, oneLine(explanation ?? '')].join('  ').trimEnd()
}
