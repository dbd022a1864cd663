import type { SunoEvent } from '../events/types.js'
import { linkedSignal, pause } from './abort.js'
import type { TaskCheck } from './check.js'
import { isLast } from './read-record.js'

/** What a wait is made of. */
export interface WaitRequest {
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number
  readonly onProgress: ((event: SunoEvent) => unknown) | undefined
}

export type TaskObserver = (event: SunoEvent, isSettled: boolean) => void

/** What a wait needs of its poller. */
export interface WaitContext {
  /** Aborts when the poller stops. */
  readonly stopping: AbortSignal
  /** Looks at the task. Rejects with the reason of the signal. */
  look(signal: AbortSignal): Promise<TaskCheck>
  /** How long until the next look, in ms; the wait has lasted `ageMs`. */
  nextDelayMs(ageMs: number): number
  /** Calls with every event of the task, and whether nothing is left to do with it, until the returned function is called. */
  observe(observer: TaskObserver): () => void
  /** An error of `onProgress`. */
  readonly onFault: (error: unknown) => void
}

/**
 * The task's last event, whoever brings it: looks at the task again and again, and observes what becomes of its callbacks. Leaves nothing
 * behind, however it ends.
 *
 * @throws TimeoutError; the reason of a signal; ProviderError `UNAUTHORIZED`; DeliveryError `NO_LISTENER`, `CLOSING`
 */
export async function waitForTask(request: WaitRequest, context: WaitContext): Promise<SunoEvent> {
  const { signal, release } = linkedSignal(request.signal, context.stopping)
  const over = new AbortController()
  const both = linkedSignal(signal, over.signal)
  let end = (): void => undefined
  try {
    signal.throwIfAborted()
    return await new Promise<SunoEvent>((resolve, reject) => {
      const timer = setTimeout(() => reject(timeout(request.timeoutMs)), request.timeoutMs)
      const onAbort = () => reject(signal.reason as Error)
      signal.addEventListener('abort', onAbort, { once: true })
      const unobserve = context.observe(observer(request, context, resolve))
      end = () => {
        clearTimeout(timer)
        unobserve()
      }
      keepLooking(context, both.signal).then(resolve, reject)
    })
  } finally {
    end()
    over.abort()
    both.release()
    release()
  }
}

/** Rejects with the reason of the signal. */
async function keepLooking(context: WaitContext, signal: AbortSignal): Promise<SunoEvent> {
  const startedAt = performance.now()
  for (;;) {
    const check = await context.look(signal)
    if (check.status === 'done') return check.event
    const fault = faultOf(check)
    if (fault !== null) throw fault
    await pause(context.nextDelayMs(performance.now() - startedAt), signal)
    signal.throwIfAborted()
  }
}

/** What waiting does not mend. */
function faultOf(check: TaskCheck): Error | null {
  if (check.status === 'unanswered') return check.error.code === 'UNAUTHORIZED' ? check.error : null
  const outcome = check.status === 'failed' ? check.outcome : null
  if (outcome?.status !== 'unavailable') return null
  return ['NO_LISTENER', 'CLOSING'].includes(outcome.error.code) ? outcome.error : null
}

function observer(
  { onProgress }: WaitRequest,
  { onFault }: WaitContext,
  resolve: (event: SunoEvent) => void,
): TaskObserver {
  const seen = new Set<string>()
  return (event, isSettled) => {
    if (event.type === 'unknown') return
    if (isLast(event)) {
      if (isSettled) resolve(event)
      return
    }
    // A record is read again and again, and says the same until the next stage.
    if (seen.has(event.key)) return
    seen.add(event.key)
    Promise.resolve(event).then(onProgress).catch(onFault)
  }
}

function timeout(ms: number): DOMException {
  return new DOMException(`The task was not over within ${String(ms)} ms.`, 'TimeoutError')
}
