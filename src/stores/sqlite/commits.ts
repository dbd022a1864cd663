import { isBusy, type SqliteConnection } from './connection.js'

/**
 * Runs calls in transactions. Those that are made in one turn of the event loop, or while the database is locked, share one: a commit
 * costs a write to the disk, however many calls are in it. A call's promise settles after its commit.
 *
 *     run ─► queue ─► BEGIN IMMEDIATE, each call decides, COMMIT ─► resolve
 *             ▲                   │
 *             └── locked: pause ──┤
 *             └── failed: alone ──┘
 */
export class SqliteCommits {
  #queue: QueuedCall[] = []
  #pauseMs = FIRST_PAUSE_MS
  #isScheduled = false
  #isClosed = false
  #onIdle: (() => void)[] = []

  constructor(
    readonly connection: SqliteConnection,
    readonly callTimeoutMs: number,
    readonly table: SqliteCommitTable,
  ) {}

  run<T>(decide: () => T): Promise<T> {
    if (this.#isClosed) return Promise.reject(new Error('The store is closed.'))
    return new Promise((resolve, reject) => {
      let result: T
      this.#queue.push({
        giveUpAt: performance.now() + this.callTimeoutMs,
        isAlone: false,
        decide: () => {
          result = decide()
        },
        resolve: () => resolve(result),
        reject,
      })
      if (!this.#isScheduled) this.#next()
    })
  }

  close(): Promise<void> {
    this.#isClosed = true
    return new Promise((resolve) => {
      if (this.#queue.length === 0) resolve()
      else this.#onIdle.push(resolve)
    })
  }

  #next(pauseMs?: number): void {
    this.#isScheduled = true
    if (pauseMs === undefined) setImmediate(() => this.#commit())
    else setTimeout(() => this.#commit(), pauseMs)
  }

  #commit(): void {
    const batch = this.#queue.splice(0, this.#queue[0]?.isAlone === true ? 1 : MAX_BATCH_SIZE)
    let pauseMs: number | undefined
    try {
      this.table.prepare()
      this.connection.transaction(() => {
        for (const call of batch) call.decide()
        this.table.clean()
      })
      this.#pauseMs = FIRST_PAUSE_MS
      for (const call of batch) call.resolve()
    } catch (error) {
      pauseMs = this.#failed(batch, error)
    }
    if (this.#queue.length > 0) return this.#next(pauseMs)
    this.#isScheduled = false
    for (const resolve of this.#onIdle.splice(0)) resolve()
  }

  /** Answers how long to pause before the next try. */
  #failed(batch: readonly QueuedCall[], error: unknown): number | undefined {
    if (isBusy(error)) return this.#locked([...batch, ...this.#queue], error)
    const [first, ...others] = batch
    if (others.length === 0) first?.reject(error)
    // One of them is to blame; the others shall not fail with it.
    else this.#queue = [...batch.map((call) => ({ ...call, isAlone: true })), ...this.#queue]
    return undefined
  }

  #locked(calls: readonly QueuedCall[], cause: unknown): number {
    const now = performance.now()
    this.#queue = calls.filter((call) => call.giveUpAt > now)
    for (const call of calls) {
      if (call.giveUpAt <= now) call.reject(new Error(tooLong(this.callTimeoutMs), { cause }))
    }
    // Each process by a pause of its own, or they would meet again and again.
    const pauseMs = this.#pauseMs * (0.5 + Math.random())
    this.#pauseMs = Math.min(this.#pauseMs * 1.5, LONGEST_PAUSE_MS)
    // The last try comes when the time of the first call is over.
    return Math.min(pauseMs, (this.#queue[0]?.giveUpAt ?? now) - now)
  }
}

/** The table that the calls are about. */
export interface SqliteCommitTable {
  /** Makes it, unless it is there; before each transaction. */
  prepare(): void
  /** Removes some of what has expired, in each transaction. */
  clean(): void
}

/** One call of the store or the task list, whatever it answers. */
interface QueuedCall {
  /** When it rejects if the database is still locked, on the monotonic clock. */
  readonly giveUpAt: number
  /** It shared a transaction that failed, and is tried in one of its own. */
  readonly isAlone: boolean
  /** Reads, decides, writes; again with each try of its transaction. */
  decide(): void
  resolve(): void
  reject(error: unknown): void
}

/** Bounds how long one transaction keeps the event loop: a few ms, and the disk's time to sync. */
const MAX_BATCH_SIZE = 500

const FIRST_PAUSE_MS = 1
/** Short: a process that pauses longer than the others finds the database locked more often than they do. */
const LONGEST_PAUSE_MS = 5

function tooLong(ms: number): string {
  return `The database was locked by another connection for ${String(ms)} ms.`
}
