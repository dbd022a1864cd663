import type { CheckId, CheckStatus, DiagnoseOptions } from '../../src/doctor/index.js'

/** A broken server, and what is to be told of it. */
export interface Symptom {
  /** A sentence: what is broken, and what it is told as. */
  readonly title: string
  /** Breaks it. Answers the address of callbacks, and what `diagnose` is called with. */
  readonly arrange: () => Promise<readonly [url: string, options?: DiagnoseOptions]>
  readonly finds: CheckId
  readonly status: CheckStatus
  readonly summary: RegExp
  /** What mends it; null: nothing is to be mended. */
  readonly fix: RegExp | null
}
