import { setTimeout as wait } from 'node:timers/promises'
import { FileFault } from './file-fault.js'

export interface TimeLimitSettings {
  readonly idleTimeoutMs: number
  readonly fileTimeoutMs: number
}

/**
 * Does work that ends with its time, or with `signal`.
 *
 * @param late what is said when the time of the whole is over
 * @throws what the work throws; the reason of `signal`
 */
export async function withTimeLimits<T>(
  settings: TimeLimitSettings,
  signal: AbortSignal,
  late: string,
  work: (limits: TimeLimits) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const limits = new TimeLimits(settings, signal, late)
  try {
    return await work(limits)
  } finally {
    limits.end()
  }
}

/** The time of one try: as a whole, and while a byte is waited for. `signal` aborts with a FileFault that says which. */
export class TimeLimits {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #whole: NodeJS.Timeout
  readonly #idleTimeoutMs: number
  readonly #release: () => void

  /** @param outer not aborted yet; aborts the try as well, with its own reason */
  constructor({ idleTimeoutMs, fileTimeoutMs }: TimeLimitSettings, outer: AbortSignal, late: string) {
    this.signal = this.#controller.signal
    this.#idleTimeoutMs = idleTimeoutMs
    const onAbort = () => this.#controller.abort(outer.reason)
    outer.addEventListener('abort', onAbort)
    this.#whole = setTimeout(() => {
      this.#abort('TOO_SLOW', `${late} within ${String(fileTimeoutMs)} ms.`)
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

  /** The same for a destination that stores. It cleans up when the time is over; one that hangs is not waited for. */
  forPut(stored: Promise<void>): Promise<void> {
    return this.within(stored).catch(async (error: unknown) => {
      await Promise.race([stored.catch(() => undefined), wait(CLEANING_MS, undefined, { ref: false })])
      throw error
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

const CLEANING_MS = 2_000
