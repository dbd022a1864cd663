interface RequestLimits {
  readonly concurrency: number
  readonly requestsPerSecond: number
}

/** What a request does that waits for its turn while the provider wants to be left alone. */
export type WhilePaused = 'wait' | 'leave'

export interface TurnOptions {
  readonly signal: AbortSignal
  readonly whilePaused: WhilePaused
}

/** Of a request that was to leave when the provider wants to be left alone: it was not sent. */
export class AccountPaused extends Error {}

/** A request that waits for its turn. */
interface Waiting {
  readonly start: () => void
  readonly onPause: () => void
}

/**
 * Lets requests go in the order in which they came: so many at once, so many in a second, and none while the provider wants to be left
 * alone. A rate limit is the account's, not the task's, so it slows all of them.
 */
export class RequestLimit {
  readonly #concurrency: number
  readonly #intervalMs: number
  readonly #queue = new Set<Waiting>()
  #active = 0
  /** On the monotonic clock, in ms. */
  #nextAt = 0
  #pausedUntil = 0
  #failures = 0
  #timer: NodeJS.Timeout | null = null

  constructor({ concurrency, requestsPerSecond }: RequestLimits) {
    this.#concurrency = concurrency
    this.#intervalMs = 1000 / requestsPerSecond
  }

  /** How long nothing is sent, in ms. */
  get pauseMs(): number {
    return Math.max(0, this.#pausedUntil - performance.now())
  }

  /**
   * Sends the request when it is its turn. When `signal` aborts before, its reason is thrown and nothing is sent. One that is followed by
   * another waits for that one's turn as well, with `nextTurn`.
   *
   * @throws AccountPaused, where it is to leave
   */
  async run<T>(request: (nextTurn: () => Promise<void>) => Promise<T>, options: TurnOptions): Promise<T> {
    await this.#turn(options)
    try {
      return await request(() => this.#turnAgain(options))
    } finally {
      this.#active--
      this.#next()
    }
  }

  /**
   * Nothing is sent for a while: as long as the provider says, at most an hour, else 5 s, and twice as long each time until a request
   * succeeds, at most 5 minutes.
   */
  slowDown(retryAfterMs: number | null): void {
    // Of requests that were under way together, one answer counts.
    if (this.pauseMs > 0 && retryAfterMs === null) return
    const growingMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(this.#failures++, MOST_DOUBLINGS), LONGEST_PAUSE_MS)
    const askedMs = Math.min(Math.max(retryAfterMs ?? 0, SHORTEST_PAUSE_MS), LONGEST_RETRY_AFTER_MS)
    const pauseMs = retryAfterMs === null ? growingMs : askedMs
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + pauseMs)
    for (const waiting of this.#queue) waiting.onPause()
  }

  /** A request was answered as it should be. */
  recover(): void {
    this.#failures = 0
  }

  async #turnAgain(options: TurnOptions): Promise<void> {
    this.#active--
    try {
      await this.#turn(options)
    } catch (error) {
      this.#active++
      throw error
    }
  }

  #turn({ signal, whilePaused }: TurnOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const leave = (reason: Error) => {
        signal.removeEventListener('abort', onAbort)
        this.#queue.delete(waiting)
        if (this.#queue.size === 0) this.#stopTimer()
        reject(reason)
      }
      const onAbort = () => leave(signal.reason as Error)
      const onPause = () => {
        if (whilePaused === 'leave') leave(new AccountPaused())
      }
      const waiting: Waiting = {
        start: () => {
          signal.removeEventListener('abort', onAbort)
          resolve()
        },
        onPause,
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#queue.add(waiting)
      if (this.pauseMs > 0) onPause()
      this.#next()
    })
  }

  #next(): void {
    for (const waiting of this.#queue) {
      if (this.#active >= this.#concurrency) return
      const now = performance.now()
      const waitMs = Math.max(this.#nextAt, this.#pausedUntil) - now
      if (waitMs > 0) {
        this.#timer ??= setTimeout(() => this.#onTimer(), Math.ceil(waitMs))
        return
      }
      this.#nextAt = now + this.#intervalMs
      this.#active++
      this.#queue.delete(waiting)
      waiting.start()
    }
  }

  #onTimer(): void {
    this.#timer = null
    this.#next()
  }

  #stopTimer(): void {
    clearTimeout(this.#timer ?? undefined)
    this.#timer = null
  }
}

const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 300_000
const MOST_DOUBLINGS = 10
/** A provider that says 0 would be asked without a pause. */
const SHORTEST_PAUSE_MS = 1_000
const LONGEST_RETRY_AFTER_MS = 3_600_000
