import { within } from '../../time/time.js'
import type { Query } from './client.js'
import { repeated, type StoreCall } from './repeated.js'
import type { Statement } from './statements.js'

/** What one call of the store asks of the table. */
export interface QueuedOperation {
  readonly key: string
  readonly token: string
  /** A duration, for the statements that take one. */
  readonly ms: number
  readonly call: StoreCall
  /** Whether it runs even when its call has timed out before. */
  readonly evenAfterTimeout?: boolean
}

export type Row = Awaited<ReturnType<Query>>[number]

/**
 * Runs operations of one kind. Those that are asked for in one turn of the event loop, or while a statement is under way, share the
 * next one: a commit costs the server a write to its disk, however many rows are in it.
 *
 *     run ─► queue ──► one statement for all ─► its row, or none, to each
 *               ▲                  │
 *               │                  ├── failed: each by a statement of its own, beside the next batch
 *               └─ the next batch ─┴── takes long: the next batch does not wait for it
 */
export class PostgresBatches {
  #queue: QueueEntry[] = []
  #isRunning = false

  constructor(
    readonly query: Query,
    readonly statement: Statement,
    readonly prefix: string,
    /** A statement that takes longer may sit on a connection that is dead; others may be alive. */
    readonly batchTimeoutMs: number,
  ) {}

  /** The row that the statement answers for this operation, or undefined. */
  run(operation: QueuedOperation): Promise<Row | undefined> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ operation, resolve, reject })
      if (!this.#isRunning) void this.#runAll()
    })
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true
    while (this.#queue.length > 0) {
      await nextTurnOfEventLoop()
      await within(this.#runBatch(this.#queue.splice(0, MAX_BATCH_SIZE)), this.batchTimeoutMs)
    }
    this.#isRunning = false
  }

  /** Never rejects. */
  async #runBatch(entries: readonly QueueEntry[]): Promise<void> {
    const batch = entries.filter(isPending)
    const [first] = batch
    if (first === undefined) return
    if (batch.length === 1) return this.#runAlone(first)
    try {
      const rows = await this.#queryMany(batch.map(({ operation }) => operation))
      for (const { operation, resolve } of batch) resolve(rows.get(toId(operation)))
    } catch {
      // One of them fails, or waits for a locked row: alone, it does so without the others.
      for (const one of batch.filter(isPending)) void this.#runAlone(one)
    }
  }

  async #runAlone({ operation, resolve, reject }: QueueEntry): Promise<void> {
    const { key, token, ms, call } = operation
    await repeated(() => this.query(this.statement.ofOne, [this.prefix, key, token, ms]), call).then(
      ([row]) => resolve(row),
      reject,
    )
  }

  async #queryMany(operations: readonly QueuedOperation[]): Promise<ReadonlyMap<string, Row>> {
    // As text: not every client can send an array, and some encode what they take for JSON once more.
    const list = JSON.stringify(operations.map(({ key, token, ms }) => ({ key, token, ms })))
    const rows = await this.query(this.statement.ofMany, [this.prefix, list])
    return new Map(rows.map((row) => [toId(row as unknown as QueuedOperation), row]))
  }
}

/** The same for operations of one key and token, and for no others. No key contains the separator. */
export function toId({ key, token }: { readonly key: string; readonly token: string }): string {
  return `${key}\0${token}`
}

interface QueueEntry {
  readonly operation: QueuedOperation
  readonly resolve: (row: Row | undefined) => void
  readonly reject: (error: unknown) => void
}

function isPending({ operation, reject }: QueueEntry): boolean {
  if (operation.evenAfterTimeout === true || !operation.call.hasTimedOut) return true
  reject(new Error('There is no time left.'))
  return false
}

/** Bounds how long one statement takes: a few ms. */
const MAX_BATCH_SIZE = 500

function nextTurnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
