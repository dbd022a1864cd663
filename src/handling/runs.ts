import { Alarms } from '../time/timer-list.js'
import type { SunoEvent } from '../events/types.js'
import { Run, type Handled, type Handling, type RunContext, type RunResult } from './run.js'
import { within, type Budget } from '../time/time.js'

/** The runs of this process: at most one for each key, which parallel repeats of the event join. */
export class Runs {
  readonly #context: RunContext
  readonly #joinable = new Map<string, Place>()
  /** Runs that nobody can join any more, but whose listeners are still at work. */
  readonly #abandoned = new Set<Run>()

  constructor(context: Pick<RunContext, 'settings' | 'work' | 'isClosing'>) {
    const { leaseMs, maxRunMs } = context.settings
    this.#context = {
      ...context,
      renewals: new Alarms(leaseMs / 3, false),
      limits: new Alarms(maxRunMs, false),
      onAbandon: (run) => {
        this.#leave(run)
        this.#abandoned.add(run)
      },
      onEnd: (run) => {
        this.#leave(run)
        if (this.#abandoned.size > 0) this.#abandoned.delete(run)
      },
    }
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
  handle(event: SunoEvent, staleKey: string | null, budget: Budget): Handled {
    const running = this.#running(event.key)
    return running === null
      ? this.#start(event, staleKey, budget)
      : new Joining(running, (result) => this.#insist(result, event, staleKey, budget))
  }

  /** Waits for all runs, `graceMs` at most; then abandons the rest and answers how many that were. */
  async close(graceMs: number): Promise<number> {
    await within(Promise.all(this.#unfinished().map((run) => run.finish())), graceMs)
    const left = this.#unfinished()
    for (const run of left) run.abandon('The app is closing, and the grace of close() is over.')
    return left.length
  }

  #running(key: string): Run | null {
    return this.#joinable.get(key)?.run ?? null
  }

  #leave(run: Run): void {
    const place = this.#joinable.get(run.key)
    if (place?.run !== run) return
    place.run = null
    this.#joinable.delete(run.key)
  }

  #unfinished(): readonly Run[] {
    // A place is empty only when it is taken out.
    const joinable = [...this.#joinable.values()].map(({ run }) => run as Run)
    return [...joinable, ...this.#abandoned]
  }

  #start(event: SunoEvent, staleKey: string | null, budget: Budget): Run {
    const run = new Run(event, staleKey, this.#context)
    this.#joinable.set(event.key, { run })
    run.start(budget)
    return run
  }

  /** A run that waited for another process has done so until its own deadline; that of one that joined it is later. */
  #insist(result: RunResult, event: SunoEvent, staleKey: string | null, budget: Budget): Joined | null {
    if (result.status !== 'in-flight' || budget.leftMs === 0) return null
    const run = this.#running(event.key)
    return run === null ? { run: this.#start(event, staleKey, budget), isOwn: true } : { run, isOwn: false }
  }
}

/** Where a run is found. It is emptied when the run leaves: a map that is rebuilt keeps what it held at that time for too long. */
interface Place {
  run: Run | null
}

/** The run that a delivery waits for, and whether it began it. */
interface Joined {
  readonly run: Run
  readonly isOwn: boolean
}

/**
 * A repeat that came while its event was handled. It shares the handling, not the answer: it waits until its own deadline, and is a
 * duplicate when the run succeeded.
 */
class Joining implements Handled {
  readonly result: Promise<RunResult>
  #joined: Joined

  constructor(run: Run, insist: (result: RunResult) => Joined | null) {
    this.#joined = { run, isOwn: false }
    this.result = this.#follow(insist)
  }

  get late(): Handling {
    const { run, isOwn } = this.#joined
    return isOwn ? run.late : asRepeat(run.late)
  }

  async #follow(insist: (result: RunResult) => Joined | null): Promise<RunResult> {
    for (;;) {
      const { run, isOwn } = this.#joined
      const result = await run.result
      if (isOwn) return result
      const next = insist(result)
      if (next === null) return asRepeat(result)
      this.#joined = next
    }
  }
}

function asRepeat<T extends Handling>(handling: T): T | { readonly status: 'duplicate' } {
  return SUCCESSES.includes(handling.status) ? { status: 'duplicate' } : handling
}

/** What a joiner has nothing to add to. */
const SUCCESSES: readonly Handling['status'][] = ['handled', 'handed-off', 'stale']
