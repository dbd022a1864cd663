import { FileFault } from './file-fault.js'

export interface TimeLimitSettings {
  readonly idleTimeoutMs: number
  readonly fileTimeoutMs: number
}

/** The time of one try: as a whole, and while a byte is waited for. `signal` aborts with a FileFault that says which. */
export class TimeLimits {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #whole: NodeJS.Timeout
  readonly #idleTimeoutMs: number
  readonly #release: () => void

  /** @param outer not aborted yet; aborts the try as well, with its own reason */
  constructor({ idleTimeoutMs, fileTimeoutMs }: TimeLimitSettings, outer: AbortSignal) {
    this.signal = this.#controller.signal
    this.#idleTimeoutMs = idleTimeoutMs
    const onAbort = () => this.#controller.abort(outer.reason)
    outer.addEventListener('abort', onAbort)
    this.#whole = setTimeout(() => {
      this.#abort('TOO_SLOW', `The file was not there within ${String(fileTimeoutMs)} ms.`)
    }, fileTimeoutMs)
    this.#release = () => outer.removeEventListener('abort', onAbort)
  }

  /** Waits for the next bytes, but not for longer than a server may be idle. */
  async forBytes<T>(bytes: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.#abort('STALLED', `The server sent nothing for ${String(this.#idleTimeoutMs)} ms.`)
    }, this.#idleTimeoutMs)
    try {
      return await this.within(bytes)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Waits no longer than the signal allows, and rejects with its reason. */
  within<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason as Error)
      const end = () => signal.removeEventListener('abort', onAbort)
      // What is aborted may say so by itself, in words of its own.
      const fail = (error: Error) => reject(signal.aborted ? (signal.reason as Error) : error)
      signal.addEventListener('abort', onAbort)
      void promise.then(resolve, fail).finally(end)
      signal.throwIfAborted()
    })
  }

  end(): void {
    clearTimeout(this.#whole)
    this.#release()
    // What was not read to its end is not worth its connection.
    this.#controller.abort()
  }

  #abort(code: 'TOO_SLOW' | 'STALLED', message: string): void {
    this.#controller.abort(new FileFault(code, message))
  }
}
