import type { SunoEvent } from '../events/types.js'
import { toLogFields, type LogSubject } from '../log/log-fields.js'
import type { Logger } from '../log/logger.js'
import { NO_LISTENERS, type ListenerReport } from '../outcome/listener-report.js'
import type { Result } from '../outcome/result.js'
import { isPromise } from '../time/time.js'
import type { Listener, ListenerContext } from './listener.js'
import { ListenerCall } from './listener-call.js'
import { whyNobody, type Subscription, type Subscriptions } from './subscriptions.js'

/** What is done with an event while its key is held. It begins at once. */
export type Work = (event: SunoEvent, context: ListenerContext) => Working

/** Work under way. */
export interface Working {
  /** What became of it. Never rejects. */
  readonly result: Promise<Result>
  /** How the call of each listener went, or goes by now. */
  readonly listeners: readonly ListenerReport[]
  /** Of work that has taken listeners. Nothing waits for it any more: its `once` listeners are free for another event. */
  abandon?(): void
}

/** Every listener runs, whatever becomes of the others; their errors come back as one. */
export function callListeners(subscriptions: Subscriptions, logger: Logger): Work {
  const warned = new WeakSet<Listener<never>>()
  return (event, context) => {
    const { type, kind, taskId, key } = event
    const taken = subscriptions.take(type)
    if (taken.length === 0) {
      // The last one was a `once` that another event has taken, or was taken off, since this one was let in.
      return { result: Promise.resolve(whyNobody(type, subscriptions)), listeners: NO_LISTENERS }
    }
    const now = performance.now()
    const calls = taken.map(({ listener }) => new ListenerCall(listener, event, context, now))
    return new ListenersAtWork(calls, taken, { type, kind, taskId, key }, { subscriptions, logger, warned })
  }
}

/** What the calls of all events share. */
interface CallContext {
  readonly subscriptions: Subscriptions
  readonly logger: Logger
  /** Listeners of which was said that their work is not awaited. */
  readonly warned: WeakSet<Listener<never>>
}

/** The calls of an event's listeners. Like them, it does not keep the event. */
class ListenersAtWork implements Working {
  readonly result: Promise<Result>
  readonly #calls: readonly ListenerCall[]
  readonly #taken: readonly Subscription[]
  readonly #subject: LogSubject
  readonly #context: CallContext
  #isAbandoned = false

  constructor(
    calls: readonly ListenerCall[],
    taken: readonly Subscription[],
    subject: LogSubject,
    context: CallContext,
  ) {
    this.#calls = calls
    this.#taken = taken
    this.#subject = subject
    this.#context = context
    this.result = this.#finish()
  }

  get listeners(): readonly ListenerReport[] {
    return this.#calls.map(({ report }) => report)
  }

  abandon(): void {
    this.#isAbandoned = true
    this.#context.subscriptions.settle(this.#taken, false)
  }

  async #finish(): Promise<Result> {
    const errors: unknown[] = []
    // All have begun and none rejects, so that to await one after the other will do.
    for (const call of this.#calls) {
      if (call.end !== undefined) await call.end
      if (call.hasFailed) {
        this.#logFailure(call)
        errors.push(call.error)
      } else if (isUnawaited(call.value)) this.#warnOnce(call)
    }
    const { subscriptions } = this.#context
    if (!this.#isAbandoned) subscriptions.settle(this.#taken, errors.length === 0)
    else if (errors.length === 0) subscriptions.drop(this.#taken)
    const { listeners } = this
    if (errors.length === 0) return { status: 'handled', leaseLost: false, listeners }
    const message = `${String(errors.length)} of ${String(listeners.length)} listeners of ${String(this.#subject.type)} failed`
    return { status: 'failed', error: new AggregateError(errors, message), listeners }
  }

  #logFailure({ name, error }: ListenerCall): void {
    const fields = { ...toLogFields(this.#subject), listener: name, error }
    this.#context.logger.error('A listener failed; the event will be tried again.', fields)
  }

  #warnOnce({ listener, name }: ListenerCall): void {
    const { warned, logger } = this.#context
    if (warned.has(listener)) return
    warned.add(listener)
    logger.warn(UNAWAITED, { ...toLogFields(this.#subject), listener: name })
  }
}

/** Work that goes on, or has not begun, although the listener has returned: a list with promises in it, or a generator. */
function isUnawaited(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  try {
    if (Array.isArray(value)) return value.some((one) => isPromise<unknown>(one))
    return (
      'next' in value && typeof value.next === 'function' && (Symbol.iterator in value || Symbol.asyncIterator in value)
    )
  } catch {
    return false // a proxy of the user's, or a getter that throws: it was not meant for us
  }
}

const UNAWAITED =
  'A listener returned promises that are not awaited (a list of promises: return Promise.all(…)) or a generator, which does not ' +
  'begin by itself (use an async function): the event counts as handled before that work is done.'
