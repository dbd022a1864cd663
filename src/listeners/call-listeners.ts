import type { DeliveryError } from '../errors/errors.js'
import type { EventType, SunoEvent } from '../events/types.js'
import { toLogFields } from '../log/log-fields.js'
import type { Logger } from '../log/logger.js'
import type { Listener, ListenerContext } from './listener.js'
import type { Subscription, Subscriptions } from './subscriptions.js'
import { isPromise, type Awaitable } from '../time/time.js'

/** What is done with an event while its key is held. Never rejects. */
export type Work = (event: SunoEvent, context: ListenerContext) => Awaitable<WorkResult>

export type WorkResult =
  | { readonly status: 'handled' }
  | { readonly status: 'handed-off' }
  | { readonly status: 'ignored' }
  | { readonly status: 'failed'; readonly error: AggregateError }
  | { readonly status: 'unavailable'; readonly error: DeliveryError }

/** Every listener runs, whatever becomes of the others; their errors come back as one. */
export function runListeners(subscriptions: Subscriptions, logger: Logger): Work {
  const conclude = (results: readonly CallResult[], listeners: readonly Subscription[], type: EventType) => {
    const result = toWorkResult(results, type)
    subscriptions.settle(listeners, result.status === 'handled')
    return result
  }
  const settle = async (
    calls: readonly Awaitable<CallResult>[],
    listeners: readonly Subscription[],
    type: EventType,
  ) => {
    const results: CallResult[] = []
    // They never reject, so that one after the other will do.
    for (const call of calls) results.push(isPromise(call) ? await call : call)
    return conclude(results, listeners, type)
  }
  return (event, context) => {
    const listeners = subscriptions.take(event.type)
    // The last one may have been a `once` that another event has taken since this one was let in.
    if (listeners.length === 0) return { status: 'ignored' }
    const calls = listeners.map(({ listener }) => call(listener as Listener, event, context, logger))
    return calls.some(isPromise)
      ? settle(calls, listeners, event.type)
      : conclude(calls as readonly CallResult[], listeners, event.type)
  }
}

type CallResult = typeof DONE | { readonly error: unknown }

const DONE = Symbol('done')

const HANDLED: WorkResult = { status: 'handled' }

function call(listener: Listener, event: SunoEvent, context: ListenerContext, logger: Logger): Awaitable<CallResult> {
  try {
    const result = listener(event, context)
    return isPromise(result) ? finish(result, listener, event, logger) : DONE
  } catch (error) {
    return failed(error, listener, event, logger)
  }
}

async function finish(result: Promise<unknown>, listener: Listener, event: SunoEvent, logger: Logger) {
  try {
    await result
    return DONE
  } catch (error) {
    return failed(error, listener, event, logger)
  }
}

function failed(error: unknown, { name }: Listener, event: SunoEvent, logger: Logger): CallResult {
  const fields = { ...toLogFields(event), listener: name === '' ? '(anonymous)' : name, error }
  logger.error('A listener failed; the event will be tried again.', fields)
  return { error }
}

function toWorkResult(results: readonly CallResult[], type: EventType): WorkResult {
  if (results.every((result) => result === DONE)) return HANDLED
  const failures = results.filter((result) => result !== DONE)
  const message = `${String(failures.length)} of ${String(results.length)} listeners of ${type} failed`
  const errors = failures.map(({ error }) => error)
  return { status: 'failed', error: new AggregateError(errors, message) }
}
