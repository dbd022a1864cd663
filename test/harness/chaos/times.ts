/** All the times of a run, divided by one factor. */
export interface Times {
  readonly factor: number
  /**
   * By how much the gaps between tasks and between faults are stretched: with longer deadlines a run is meant for a busier machine, which
   * would otherwise start killed receivers in most of its time.
   */
  readonly pace: number
  readonly deadlineMs: number
  readonly bodyTimeoutMs: number
  readonly leaseMs: number
  readonly maxRunMs: number
  readonly callTimeoutMs: number
  readonly lockTimeoutMs: number
  readonly idleTimeoutMs: number
  /** How long the gaps before the provider's retries are, at its own speed. */
  readonly retryGapsMs: readonly number[]
}

/** That of a run where none is given. */
export const USUAL_FACTOR = 20

/** The defaults of the package and of the provider. */
const UNSCALED = {
  deadlineMs: 8_000,
  bodyTimeoutMs: 5_000,
  leaseMs: 15_000,
  maxRunMs: 240_000,
  callTimeoutMs: 2_000,
  lockTimeoutMs: 5_000,
  idleTimeoutMs: 45_000,
}

/** @param gapFactor by how much the gaps between the provider's attempts are divided besides */
export function scaledTimes(factor: number, gapFactor = 1): Times {
  const scaled = (ms: number) => Math.round(ms / factor)
  return {
    factor,
    pace: Math.max(1, USUAL_FACTOR / factor),
    deadlineMs: scaled(UNSCALED.deadlineMs),
    bodyTimeoutMs: scaled(UNSCALED.bodyTimeoutMs),
    leaseMs: scaled(UNSCALED.leaseMs),
    maxRunMs: scaled(UNSCALED.maxRunMs),
    callTimeoutMs: scaled(UNSCALED.callTimeoutMs),
    lockTimeoutMs: scaled(UNSCALED.lockTimeoutMs),
    idleTimeoutMs: scaled(UNSCALED.idleTimeoutMs),
    retryGapsMs: [60_000, 300_000, 900_000].map((ms) => ms / gapFactor),
  }
}
