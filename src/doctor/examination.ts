import { CHECK_IDS, skip, type Check, type CheckId, type Judges, type Verdict } from './check.js'

/** Collects the checks of a diagnosis, and tells each as soon as it is made. */
export class Examination {
  readonly #checks: Check[] = []

  constructor(private readonly onCheck: (check: Check) => unknown) {}

  /** Looks once, and has every check of the layer judge what was found. Answers what was found. */
  async look<Found>(judges: Judges<Found>, look: () => Found | Promise<Found>): Promise<Found> {
    const startedAt = performance.now()
    const found = await look()
    const durationMs = Math.round(performance.now() - startedAt)
    for (const [id, judge] of Object.entries(judges)) this.#tell(id as CheckId, judge(found), durationMs)
    return found
  }

  /** Ends it: what was not asked is told as skipped, in the order of the list. */
  end(reason: string): readonly Check[] {
    for (const id of CHECK_IDS) {
      if (!this.#checks.some((check) => check.id === id)) this.#tell(id, skip(reason), 0)
    }
    return [...this.#checks].sort((one, other) => CHECK_IDS.indexOf(one.id) - CHECK_IDS.indexOf(other.id))
  }

  #tell(id: CheckId, verdict: Verdict, durationMs: number): void {
    const check = Object.freeze({ id, ...verdict, durationMs })
    this.#checks.push(check)
    this.onCheck(check)
  }
}
