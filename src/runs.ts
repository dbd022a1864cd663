import type { SunoEvent } from './events.js'
import { Run, type RunContext, type RunResult } from './run.js'
import { within, type Awaitable, type Budget } from './time.js'

/** The result of a run as its own delivery sees it, or as one that joined it does. */
export type Handling = RunResult | { readonly status: 'deadline' }

/** The runs of this process: at most one for each key, which parallel repeats of the event join. */
export class Runs {
  readonly #context: RunContext
  readonly #joinable = new Map<string, Run>()
  readonly #unfinished = new Set<Run>()

  constructor(context: Omit<RunContext, 'onUnjoinable' | 'onEnd'>) {
    const onUnjoinable = (run: Run) => {
      if (this.#joinable.get(run.key) === run) this.#joinable.delete(run.key)
    }
    this.#context = { ...context, onUnjoinable, onEnd: (run) => this.#unfinished.delete(run) }
  }

  /** Whether a repeat of that event would join a run. */
  has(key: string): boolean {
    return this.#joinable.has(key)
  }

  /**
   * Handles the event, or joins the run that does.
   *
   * @param staleKey of the event that makes this one stale, or null
   */
  handle(event: SunoEvent, staleKey: string | null, budget: Budget): Awaitable<Handling> {
    const running = this.#joinable.get(event.key)
    return running === undefined ? this.#start(event, staleKey, budget) : this.#join(running, event, staleKey, budget)
  }

  /** Waits for all runs, `graceMs` at most; then abandons the rest and answers how many that were. */
  async close(graceMs: number): Promise<number> {
    await within(Promise.all([...this.#unfinished].map((run) => run.finished)), graceMs)
    const left = [...this.#unfinished]
    for (const run of left) run.abandon('The app is closing, and the grace of close() is over.')
    return left.length
  }

  #start(event: SunoEvent, staleKey: string | null, budget: Budget): Awaitable<Handling> {
    const run = new Run(event, staleKey, this.#context)
    this.#joinable.set(event.key, run)
    this.#unfinished.add(run)
    run.start(budget)
    return run.resultBy(budget)
  }

  /**
   * A joiner shares the handling, not the answer: it waits until its own deadline, and is a duplicate when the run succeeded. A run that
   * waited for another process has done so until its own deadline; the joiner's is later.
   */
  async #join(first: Run, event: SunoEvent, staleKey: string | null, budget: Budget): Promise<Handling> {
    for (let running: Run | undefined = first; running !== undefined; running = this.#joinable.get(event.key)) {
      const result = await running.resultBy(budget)
      if (SUCCESSES.includes(result.status)) return { status: 'duplicate' }
      if (result.status !== 'in-flight' || budget.leftMs === 0) return result
    }
    return this.#start(event, staleKey, budget)
  }
}

/** What a joiner has nothing to add to. */
const SUCCESSES: readonly Handling['status'][] = ['handled', 'handed-off', 'stale']
