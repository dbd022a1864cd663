import { KeyMap } from '../events/key-map.js'
import type { SunoEvent } from '../events/types.js'
import { DUPLICATE, isSuccess, type Result } from '../outcome/result.js'
import { TimerList } from '../time/timer-list.js'
import { within, type Budget } from '../time/time.js'
import { Run, type Handling, type RunContext } from './run.js'

/** The runs of this process: at most one for each key, which parallel repeats of the event join. */
export class Runs {
  readonly #context: RunContext
  readonly #joinable = new KeyMap<Run>()
  /** Runs that nothing can join any more, but whose listeners are still at work. Counted, not kept: one may never settle. */
  #abandoned = 0
  /** Called once nothing is under way. */
  #onIdle: (() => void)[] = []

  constructor(context: Pick<RunContext, 'settings' | 'work' | 'isClosing'>) {
    const { leaseMs, maxRunMs } = context.settings
    this.#context = {
      ...context,
      renewals: new TimerList(leaseMs / 3, false),
      limits: new TimerList(maxRunMs, false),
      onAbandon: (run) => {
        this.#joinable.delete(run.key)
        this.#abandoned++
      },
      onEnd: (run) => {
        if (run.isAbandoned) this.#abandoned--
        else this.#joinable.delete(run.key)
        if (this.#isIdle) for (const resolve of this.#onIdle.splice(0)) resolve()
      },
    }
  }

  /** Whether a repeat of that event would join a run. */
  has(key: string): boolean {
    return this.#joinable.get(key) !== undefined
  }

  /**
   * Handles the event, or joins the run that does.
   *
   * @param staleKey the key of the event that makes this one stale, or null
   */
  handle(event: SunoEvent, staleKey: string | null, budget: Budget): Handling {
    const running = this.#joinable.get(event.key)
    if (running === undefined) return this.#start(event, staleKey, budget)
    return new Joining(running, (result) => this.#followUp(result, event, staleKey, budget))
  }

  /** Waits for all runs, `graceMs` at most; then abandons the rest and answers how many were left, abandoned ones included. */
  async close(graceMs: number): Promise<number> {
    if (!this.#isIdle) await within(new Promise<void>((resolve) => this.#onIdle.push(resolve)), graceMs)
    const left = this.#joinable.size + this.#abandoned
    for (const run of this.#joinable.values()) run.abandon('The app is closing, and the grace of close() is over.')
    return left
  }

  get #isIdle(): boolean {
    return this.#joinable.size + this.#abandoned === 0
  }

  #start(event: SunoEvent, staleKey: string | null, budget: Budget): Run {
    const run = new Run(event, staleKey, this.#context, budget)
    this.#joinable.set(run.key, run)
    return run
  }

  /**
   * What a repeat waits for after the run that it had joined has ended. A run that waited for another process has done so until its
   * own deadline; that of one that joined it is later, so it goes on by itself. Null: the result stands.
   */
  #followUp(result: Result, event: SunoEvent, staleKey: string | null, budget: Budget): Joined | null {
    if (result.status !== 'in-flight' || budget.leftMs === 0 || this.#context.isClosing()) return null
    const run = this.#joinable.get(event.key)
    return run === undefined ? { run: this.#start(event, staleKey, budget), isOwn: true } : { run, isOwn: false }
  }
}

/** The run that a delivery waits for, and whether the delivery began it. */
interface Joined {
  readonly run: Run
  readonly isOwn: boolean
}

/**
 * A repeat that came while its event was handled. It shares the handling, not the answer: it waits until its own deadline, and is a
 * duplicate when the run succeeded.
 */
class Joining implements Handling {
  readonly result: Promise<Result>
  #joined: Joined

  constructor(run: Run, followUp: (result: Result) => Joined | null) {
    this.#joined = { run, isOwn: false }
    this.result = this.#follow(followUp)
  }

  get late(): Result {
    const { run, isOwn } = this.#joined
    return isOwn ? run.late : asRepeat(run.late)
  }

  rest(): Promise<void> | null {
    return this.#joined.run.rest()
  }

  async #follow(followUp: (result: Result) => Joined | null): Promise<Result> {
    for (;;) {
      const { run, isOwn } = this.#joined
      const result = await run.result
      if (isOwn) return result
      const next = followUp(result)
      if (next === null) return asRepeat(result)
      this.#joined = next
    }
  }
}

function asRepeat(result: Result): Result {
  return isSuccess(result) ? DUPLICATE : result
}
