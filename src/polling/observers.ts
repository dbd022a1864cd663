import { EventEmitter } from 'eventemitter3'
import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import type { Logger } from '../log/logger.js'
import type { Check, OverdueTask, Stop } from './check.js'

/** What a poller tells its observers. */
export interface PollerEvents {
  checked: Check
  overdue: OverdueTask
  stopped: Stop
}

export type PollerEventName = keyof PollerEvents

export type PollerListener<Name extends PollerEventName> = (event: PollerEvents[Name]) => unknown

type AnyListener = (event: never) => unknown

const NAMES: readonly PollerEventName[] = ['checked', 'overdue', 'stopped']

/** The observers of a poller. They are not awaited, and what they throw is only logged. */
export class Observers {
  readonly #emitter = new EventEmitter<PollerEventName>()
  readonly #call: (this: AnyListener, event: unknown) => void

  constructor(logger: Logger) {
    const failed = (error: unknown) => logger.error('A listener of the poller failed; polling goes on.', { error })
    // The emitter passes the listener as `this`, so that one function guards them all.
    this.#call = function (event) {
      try {
        Promise.resolve(this(event as never)).catch(failed)
      } catch (error) {
        failed(error)
      }
    }
  }

  on(name: PollerEventName, listener: AnyListener): void {
    this.#emitter.on(checked(name), this.#call, asListener(name, listener))
  }

  once(name: PollerEventName, listener: AnyListener): void {
    this.#emitter.once(checked(name), this.#call, asListener(name, listener))
  }

  off(name: PollerEventName, listener: AnyListener): void {
    this.#emitter.off(checked(name), this.#call, asListener(name, listener))
  }

  emit<Name extends PollerEventName>(name: Name, event: PollerEvents[Name]): void {
    this.#emitter.emit(name, Object.freeze(event))
  }
}

function checked(name: PollerEventName): PollerEventName {
  if (NAMES.includes(name)) return name
  throw new ConfigurationError(
    'EVENT_UNKNOWN',
    noSuchName({ what: 'event', name, names: NAMES, call: 'poller.on(name)' }),
  )
}

function asListener(name: string, listener: AnyListener): AnyListener {
  if (typeof listener === 'function') return listener
  throw new ConfigurationError('LISTENER_INVALID', `The listener of "${name}" must be a function.`)
}
