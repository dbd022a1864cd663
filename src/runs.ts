import type { SunoEvent } from './events.js'
import { Run, type RunContext, type RunResult } from './run.js'
import { within, type Budget } from './time.js'

/** The result of a run as its own delivery sees it, or as one that joined it does. */
export type Handling = RunResult | { readonly status: 'deadline' }

/** The runs of this process: at most one for each key, which parallel repeats of the event join. */
export class Runs {
  readonly #joinable = new Map<string, Run>()
  readonly #unfinished = new Set<Run>()

  /** Whether a repeat of that event would join a run. */
  has(key: string): boolean {
    return this.#joinable.has(key)
  }

  /**
   * Handles the event, or joins the run that does. A joiner shares the handling, not the answer: it waits until its own deadline,
   * and is a duplicate when the run succeeded.
   */
  async handle(event: SunoEvent, budget: Budget, context: Omit<RunContext, 'onUnjoinable'>): Promise<Handling> {
    for (;;) {
      const running = this.#joinable.get(event.key)
      if (running === undefined) return this.#start(event, budget, context).resultBy(budget)
      const result = await running.resultBy(budget)
      if (SUCCESSES.includes(result.status)) return { status: 'duplicate' }
      // The run waited for another process until its own deadline; ours is later.
      if (result.status !== 'in-flight' || budget.leftMs === 0) return result
    }
  }

  /** Waits for all runs, `graceMs` at most; then abandons the rest and answers how many that were. */
  async close(graceMs: number): Promise<number> {
    await within(Promise.all([...this.#unfinished].map((run) => run.finished)), graceMs)
    const left = [...this.#unfinished]
    for (const run of left) run.abandon('The app is closing, and the grace of close() is over.')
    return left.length
  }

  #start(event: SunoEvent, budget: Budget, context: Omit<RunContext, 'onUnjoinable'>): Run {
    const forget = () => {
      if (this.#joinable.get(event.key) === run) this.#joinable.delete(event.key)
    }
    const run = new Run(event, budget, { ...context, onUnjoinable: forget })
    this.#joinable.set(event.key, run)
    this.#unfinished.add(run)
    void run.finished.then(() => this.#unfinished.delete(run))
    return run
  }
}

/** What a joiner has nothing to add to. */
const SUCCESSES: readonly Handling['status'][] = ['handled', 'handed-off', 'stale']
