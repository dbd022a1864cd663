import type { SunoEvent } from '../events/types.js'
import { toLogFields } from '../log/log-fields.js'
import type { Logger } from '../log/logger.js'
import { HANDLED, IGNORED, unavailable, type Result } from '../outcome/result.js'
import { isPromise, type Awaitable } from '../time/time.js'
import type { Listener, ListenerContext } from './listener.js'
import { listenerBusy, type Subscription, type Subscriptions } from './subscriptions.js'

/** What is done with an event while its key is held. Never rejects. */
export type Work = (event: SunoEvent, context: ListenerContext) => Promise<Result>

/** Every listener runs, whatever becomes of the others; their errors come back as one. */
export function callListeners(subscriptions: Subscriptions, logger: Logger): Work {
  const warned = new WeakSet<Listener<never>>()
  const warnOnce = (listener: Listener<never>, event: SunoEvent) => {
    if (warned.has(listener)) return
    warned.add(listener)
    logger.warn(UNAWAITED, { ...toLogFields(event), listener: nameOf(listener) })
  }

  return async (event, context) => {
    const { type } = event
    const listeners = subscriptions.take(type)
    if (listeners.length === 0) {
      // The last one was a `once` that another event has taken, or was taken off, since this one was let in.
      return subscriptions.audienceOf(type) === 'busy' ? unavailable(listenerBusy(type)) : IGNORED
    }
    const calls = listeners.map(({ listener }) => call(listener as Listener, event, context, logger))
    const errors: unknown[] = []
    // All have begun and none rejects, so that to await one after the other will do.
    for (const [index, one] of calls.entries()) {
      const end = await one
      if (end.status === 'failed') errors.push(end.error)
      else if (isUnawaited(end.value)) warnOnce((listeners[index] as Subscription).listener, event)
    }
    subscriptions.settle(listeners, errors.length === 0)
    if (errors.length === 0) return HANDLED
    const message = `${String(errors.length)} of ${String(listeners.length)} listeners of ${type} failed`
    return { status: 'failed', error: new AggregateError(errors, message) }
  }
}

/** How a call ended. */
type CallEnd =
  { readonly status: 'returned'; readonly value: unknown } | { readonly status: 'failed'; readonly error: unknown }

/** What a listener returns may be a thenable whose `then` throws. */
function call(listener: Listener, event: SunoEvent, context: ListenerContext, logger: Logger): Awaitable<CallEnd> {
  try {
    const value = listener(event, context)
    return isPromise(value) ? settled(value, listener, event, logger) : { status: 'returned', value }
  } catch (error) {
    return failed(error, listener, event, logger)
  }
}

async function settled(
  promise: Promise<unknown>,
  listener: Listener,
  event: SunoEvent,
  logger: Logger,
): Promise<CallEnd> {
  try {
    return { status: 'returned', value: await promise }
  } catch (error) {
    return failed(error, listener, event, logger)
  }
}

function failed(error: unknown, listener: Listener, event: SunoEvent, logger: Logger): CallEnd {
  const fields = { ...toLogFields(event), listener: nameOf(listener), error }
  logger.error('A listener failed; the event will be tried again.', fields)
  return { status: 'failed', error }
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

function nameOf({ name }: Listener<never>): string {
  return name === '' ? '(anonymous)' : name
}
