import type { ListenerContext } from './subscriptions.js'

/** A signal that is made when a listener asks for it. */
export class LazyAbort {
  /** What listeners get: they can see the signal, not abort it. */
  readonly context: ListenerContext
  #controller: AbortController | null = null
  #reason: Error | null = null

  constructor() {
    const signal = () => this.#signal()
    this.context = {
      get signal() {
        return signal()
      },
    }
  }

  abort(reason: string): void {
    this.#reason ??= new Error(reason)
    this.#controller?.abort(this.#reason)
  }

  #signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== null) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }
}
