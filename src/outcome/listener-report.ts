/** How the call of one listener went, or goes. */
export interface ListenerReport {
  /** The name of its function; `(anonymous)` where it has none. */
  readonly name: string
  /** Until what it returned had settled, in ms. Null while it is still at work: in an outcome `deadline`. */
  readonly durationMs: number | null
  /** What it threw, or rejected with. Absent where it did not fail. */
  readonly error?: unknown
}

export const NO_LISTENERS: readonly ListenerReport[] = Object.freeze([])
