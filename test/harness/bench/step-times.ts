/** The places of a delivery that can be seen from outside, in their order. */
export const STEPS = ['body', 'verifier', 'claim', 'listener', 'complete', 'end'] as const

export type Step = (typeof STEPS)[number]

/** How long deliveries took from each place to the next, one delivery at a time. */
export class StepTimes {
  readonly #sums: Record<Step, number> = { body: 0, verifier: 0, claim: 0, listener: 0, complete: 0, end: 0 }
  #last = 0
  #deliveries = 0

  start(): void {
    this.#deliveries++
    this.#last = performance.now()
  }

  reached(step: Step): void {
    const now = performance.now()
    this.#sums[step] += now - this.#last
    this.#last = now
  }

  clear(): void {
    for (const step of STEPS) this.#sums[step] = 0
    this.#deliveries = 0
  }

  /** In µs, of the way that leads to the place. */
  means(): Readonly<Record<Step, number>> {
    const entries = STEPS.map((step) => [step, (this.#sums[step] / this.#deliveries) * 1000])
    return Object.fromEntries(entries) as Record<Step, number>
  }
}
