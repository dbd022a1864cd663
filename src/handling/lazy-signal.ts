import type { ListenerContext } from '../listeners/listener.js'

/** A signal that is made when a listener asks for it: an AbortController for each run would cost some 4 µs. */
export class LazySignal {
  #controller: AbortController | null = null
  #reason: Error | null = null

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== null) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  abort(reason: string): void {
    this.#reason ??= new Error(reason)
    this.#controller?.abort(this.#reason)
  }
}

/** What listeners get: they can see the signal, not abort it. */
export class LazyContext implements ListenerContext {
  readonly #signal: LazySignal

  constructor(signal: LazySignal) {
    this.#signal = signal
  }

  get signal(): AbortSignal {
    return this.#signal.signal
  }
}
