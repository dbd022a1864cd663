import { sleep, within } from '../../time/time.js'
import type { Query } from './client.js'
import type { Statement } from './statements.js'
import { hasCode } from './table.js'

/** What one call of the store asks of the table. */
export interface Step {
  readonly key: string
  readonly token: string
  /** A duration, for the statements that take one. */
  readonly ms: number
  readonly call: Call
  /** To be tried once even when its call was given up. */
  readonly mustBeTried?: boolean
}

/** A call of the store for as long as somebody waits for it. */
export interface Call {
  /** When its time is over, on the monotonic clock. */
  readonly until: number
  isGivenUp: boolean
}

export type Row = Awaited<ReturnType<Query>>[number]

/**
 * Runs steps of one kind. Those that are asked for in one turn of the event loop, or while a statement is under way, share the next
 * one: a commit costs the server a write to its disk, however many rows are in it.
 *
 *     run ─► waiting ─► one statement for all ─► its row, or none, to each
 *               ▲                  │
 *               │                  ├── failed: each by a statement of its own, beside the next group
 *               └─ the next group ─┴── takes long: the next group need not wait for it
 */
export class PostgresGroups {
  #waiting: Waiting[] = []
  #isAtWork = false

  constructor(
    readonly query: Query,
    readonly statement: Statement,
    readonly prefix: string,
    /** A statement that takes longer may sit on a connection that is dead; others may be alive. */
    readonly patienceMs: number,
  ) {}

  /** The row that the statement answers for this step, or undefined. */
  run(step: Step): Promise<Row | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ step, resolve, reject })
      if (!this.#isAtWork) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#isAtWork = true
    while (this.#waiting.length > 0) {
      await turnOfTheEventLoop()
      await within(this.#runGroup(this.#waiting.splice(0, LARGEST_GROUP)), this.patienceMs)
    }
    this.#isAtWork = false
  }

  /** Never rejects. */
  async #runGroup(asked: readonly Waiting[]): Promise<void> {
    const group = asked.filter(isWanted)
    const [first] = group
    if (first === undefined) return
    if (group.length === 1) return this.#runAlone(first)
    try {
      const rows = await this.#queryMany(group.map(({ step }) => step))
      for (const { step, resolve } of group) resolve(rows.get(toId(step)))
    } catch {
      // One of them is to blame, or waits for a locked row; the others shall neither fail nor wait with it.
      for (const one of group.filter(isWanted)) void this.#runAlone(one)
    }
  }

  /** Repeated while the server asks for that and there is time. */
  async #runAlone({ step, resolve, reject }: Waiting): Promise<void> {
    for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 100)) {
      try {
        const [row] = await this.query(this.statement.ofOne, [this.prefix, step.key, step.token, step.ms])
        return resolve(row)
      } catch (error) {
        const waitMs = pauseMs * (0.5 + Math.random())
        if (!hasCode(error, ...TRY_AGAIN) || performance.now() + waitMs >= step.call.until) return reject(error)
        await sleep(waitMs)
      }
    }
  }

  async #queryMany(steps: readonly Step[]): Promise<ReadonlyMap<string, Row>> {
    // As text: not every client can send an array, and some encode what they take for JSON once more.
    const list = JSON.stringify(steps.map(({ key, token, ms }) => ({ key, token, ms })))
    const rows = await this.query(this.statement.ofMany, [this.prefix, list])
    return new Map(rows.map((row) => [toId(row as unknown as Step), row]))
  }
}

/** For steps of one key and token. No key contains the separator. */
export function toId({ key, token }: { readonly key: string; readonly token: string }): string {
  return `${key}\0${token}`
}

interface Waiting {
  readonly step: Step
  readonly resolve: (row: Row | undefined) => void
  readonly reject: (error: unknown) => void
}

function isWanted({ step, reject }: Waiting): boolean {
  if (step.mustBeTried === true || !step.call.isGivenUp) return true
  reject(new Error('There is no time left.'))
  return false
}

/** Bounds how long one statement takes: a few ms. */
const LARGEST_GROUP = 500

/** Serialization failure and deadlock: nothing has happened, and the same statement can succeed. */
const TRY_AGAIN = ['40001', '40P01']

function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
