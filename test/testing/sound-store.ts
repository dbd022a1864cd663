import type { ClaimResult, IdempotencyStore } from '../../src/index.js'

export interface StoreRow {
  readonly token: string
  readonly isDone: boolean
  /** When the lease or the retention ends, by `now`. */
  readonly until: number
}

/** What several stores have in common, as those of one database do: rows and a clock that stands still until it is told to go on. */
export class StoreWorld {
  readonly rows = new Map<string, StoreRow>()
  nowMs = 1_000_000

  readonly sleep = (ms: number): Promise<void> => {
    this.nowMs += ms
    return Promise.resolve()
  }
}

/** A store that keeps the contract, in steps that a broken one can break one at a time. */
export class SoundStore implements Required<IdempotencyStore> {
  constructor(
    readonly world: StoreWorld,
    readonly prefix: string,
  ) {}

  claim(key: string, token: string, leaseMs: number): ClaimResult | Promise<ClaimResult> {
    const row = this.read(key)
    if (row?.isDone === true) return { status: 'done' }
    if (row !== undefined && row.token !== token && this.leftMs(row) > 0) return this.held(row)
    this.write(key, { token, isDone: false, until: this.world.nowMs + leaseMs })
    return { status: 'claimed' }
  }

  complete(key: string, token: string, retainMs: number): boolean | Promise<boolean> {
    const row = this.read(key)
    if (row !== undefined && row.token !== token) return false
    this.write(key, { token, isDone: true, until: this.world.nowMs + retainMs })
    return true
  }

  release(key: string, token: string): boolean | Promise<boolean> {
    const row = this.read(key)
    if (row === undefined || row.isDone || row.token !== token) return false
    this.delete(key)
    return true
  }

  renew(key: string, token: string, leaseMs: number): boolean | Promise<boolean> {
    const row = this.read(key)
    if (row === undefined || row.isDone || row.token !== token) return false
    this.write(key, { ...row, until: this.world.nowMs + leaseMs })
    return true
  }

  isDone(key: string): boolean | Promise<boolean> {
    return this.read(key)?.isDone === true
  }

  /** Nothing for what was done and is forgotten. */
  read(key: string): StoreRow | undefined {
    const row = this.world.rows.get(this.toId(key))
    return row?.isDone === true && this.leftMs(row) <= 0 ? undefined : row
  }

  write(key: string, row: StoreRow): void {
    this.world.rows.set(this.toId(key), row)
  }

  delete(key: string): void {
    this.world.rows.delete(this.toId(key))
  }

  held(row: StoreRow): ClaimResult {
    return { status: 'in-flight', retryAfterMs: this.leftMs(row) }
  }

  leftMs({ until }: StoreRow): number {
    return until - this.world.nowMs
  }

  toId(key: string): string {
    return `${this.prefix} ${key}`
  }
}
