import { CHECK_IDS, skip, type Check, type CheckId, type Judges, type Verdict } from './check.js'

/** Collects the checks of a diagnosis, and tells each as soon as it is made. */
export class Examination {
  readonly #checks = new Map<CheckId, Check>()

  constructor(
    private readonly onCheck: (check: Check) => unknown,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Looks once, and has every check of the layer judge what was found. Answers what was found.
   *
   * @throws the reason of the signal
   */
  async look<Found>(judges: Judges<Found>, look: () => Found | Promise<Found>): Promise<Found> {
    const startedAt = performance.now()
    const found = await look()
    this.signal.throwIfAborted()
    const durationMs = Math.round(performance.now() - startedAt)
    for (const [id, judge] of Object.entries(judges)) this.#tell(id as CheckId, judge(found), durationMs)
    return found
  }

  /** Ends it: what has not been looked at is told as skipped. */
  end(toReason: (id: CheckId) => string): readonly Check[] {
    for (const id of CHECK_IDS) {
      if (!this.#checks.has(id)) this.#tell(id, skip(toReason(id)), 0)
    }
    return [...this.#checks.values()].sort((one, other) => CHECK_IDS.indexOf(one.id) - CHECK_IDS.indexOf(other.id))
  }

  #tell(id: CheckId, verdict: Verdict, durationMs: number): void {
    const check = Object.freeze({ id, ...verdict, durationMs })
    this.#checks.set(id, check)
    this.onCheck(check)
  }
}
