import { EventEmitter } from 'eventemitter3'
import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import type { Logger } from '../log/logger.js'

type AnyListener = (event: never) => unknown

/** Whose observers they are. */
export interface ObserversDescription<Name extends string> {
  readonly names: readonly Name[]
  /** The call with which one subscribes, as users write it. */
  readonly call: string
  /** Logged when a listener fails. */
  readonly failed: string
}

/** Those who observe, by the names of what they are told. They are not awaited, and what they throw is only logged. */
export class Observers<Events extends object> {
  readonly #emitter = new EventEmitter<string>()
  readonly #call: (this: AnyListener, event: unknown) => void

  constructor(
    private readonly description: ObserversDescription<keyof Events & string>,
    logger: Logger,
  ) {
    const failed = (error: unknown) => logger.error(description.failed, { error })
    // The emitter passes the listener as `this`, so that one function guards them all.
    this.#call = function (event) {
      try {
        Promise.resolve(this(event as never)).catch(failed)
      } catch (error) {
        failed(error)
      }
    }
  }

  /** @throws ConfigurationError `EVENT_UNKNOWN`, `LISTENER_INVALID` */
  on(name: keyof Events & string, listener: AnyListener): void {
    this.#emitter.on(this.#checked(name), this.#call, asListener(name, listener))
  }

  /** @throws ConfigurationError `EVENT_UNKNOWN`, `LISTENER_INVALID` */
  once(name: keyof Events & string, listener: AnyListener): void {
    this.#emitter.once(this.#checked(name), this.#call, asListener(name, listener))
  }

  /** @throws ConfigurationError `EVENT_UNKNOWN`, `LISTENER_INVALID` */
  off(name: keyof Events & string, listener: AnyListener): void {
    this.#emitter.off(this.#checked(name), this.#call, asListener(name, listener))
  }

  emit<Name extends keyof Events & string>(name: Name, event: Events[Name]): void {
    this.#emitter.emit(name, Object.freeze(event))
  }

  #checked(name: keyof Events & string): string {
    const { names, call } = this.description
    if (names.includes(name)) return name
    throw new ConfigurationError('EVENT_UNKNOWN', noSuchName({ what: 'event', name, names, call }))
  }
}

function asListener(name: string, listener: AnyListener): AnyListener {
  if (typeof listener === 'function') return listener
  throw new ConfigurationError('LISTENER_INVALID', `The listener of "${name}" must be a function.`)
}
