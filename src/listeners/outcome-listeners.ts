import { EventEmitter } from 'eventemitter3'
import type { Logger } from '../log/logger.js'
import type { Outcome } from '../outcome/outcome.js'
import type { OutcomeListener } from './listener.js'

/** The observers of outcomes. They are not awaited, and what they throw is only logged. */
export class OutcomeListeners {
  readonly #emitter = new EventEmitter<{ outcome: (this: OutcomeListener, outcome: Outcome) => void }>()
  readonly #call: (this: OutcomeListener, outcome: Outcome) => void

  constructor(logger: Logger) {
    const failed = (error: unknown) =>
      logger.error('A listener of "outcome" failed; the delivery is not affected.', { error })
    // The emitter passes the listener as `this`, so that one function guards them all.
    this.#call = function (outcome) {
      try {
        Promise.resolve(this(outcome)).catch(failed)
      } catch (error) {
        failed(error)
      }
    }
  }

  on(listener: OutcomeListener): void {
    this.#emitter.on('outcome', this.#call, listener)
  }

  once(listener: OutcomeListener): void {
    this.#emitter.once('outcome', this.#call, listener)
  }

  off(listener: OutcomeListener): void {
    this.#emitter.off('outcome', this.#call, listener)
  }

  emit(outcome: Outcome): void {
    this.#emitter.emit('outcome', outcome)
  }
}
