import type { SunoEvent } from '../events/types.js'
import { linkedSignal } from './abort.js'
import type { TaskCheck } from './check.js'
import type { GuardedList } from './guarded-list.js'
import { look, readEvent, type LookContext, type LookedAt, type LookOptions } from './look.js'
import type { PollerSettings } from './poller-options.js'
import type { ProviderError } from './provider-error.js'
import { nextWaitMs } from './schedule.js'
import type { TaskOutcomes } from './task-outcomes.js'
import { waitForTask, type WaitRequest } from './wait-for-task.js'
import type { OpenWork } from './work.js'

export interface LookerContext extends LookContext {
  readonly settings: Pick<PollerSettings, 'mode' | 'logger'>
  readonly list: GuardedList
  readonly outcomes: TaskOutcomes
  readonly work: OpenWork
  readonly onChecked: (check: TaskCheck) => void
  /** The provider refuses the key. */
  readonly onUnauthorized: (error: ProviderError) => void
}

/** Looks at tasks, once or until they are over, and takes off the list what is over. */
export class Looker {
  constructor(private readonly context: LookerContext) {}

  /** One look, told to the observers. Rejects as `look` of look.ts. */
  async look(task: LookedAt, options: LookOptions): Promise<TaskCheck> {
    const { list, onChecked, onUnauthorized } = this.context
    const check = await look(task, this.context, options)
    if (check.status === 'done' || check.status === 'known') await list.remove(task)
    onChecked(check)
    if (check.status === 'unanswered' && check.error.code === 'UNAUTHORIZED') onUnauthorized(check.error)
    return check
  }

  /** One look that was asked for, with what the list knows of the task. Rejects with the reason of the signal, or of the end of the work. */
  check(task: LookedAt, signal: AbortSignal | undefined): Promise<TaskCheck> {
    return this.#untilEnd(signal, async (linked) =>
      this.look(await this.#known(task), { signal: linked, isAskedAnyway: false, whilePaused: 'wait' }),
    )
  }

  /** The event that the record has now, which is not handled; null while there is none. Rejects as `readEvent`. */
  read(task: LookedAt, signal: AbortSignal | undefined): Promise<SunoEvent | null> {
    return this.#untilEnd(signal, async (linked) => readEvent(await this.#known(task), this.context, linked))
  }

  /** Looks until the task is over, whoever brings its last event. Rejects as `waitForTask`. */
  waitFor(task: LookedAt, request: WaitRequest): Promise<SunoEvent> {
    const { settings, outcomes, work } = this.context
    const look = async (signal: AbortSignal) =>
      this.look(await this.#known(task), { signal, isAskedAnyway: true, whilePaused: 'wait' })
    return waitForTask(request, {
      stopping: work.ending,
      look: (signal) => work.track(look(signal)),
      nextDelayMs: (ageMs) => nextWaitMs({ mode: settings.mode, kind: task.kind, ageMs }, Math.random()),
      observe: (observer) => outcomes.observe(task, observer),
      onFault: (error) => settings.logger.error('onProgress of waitFor failed; waiting goes on.', { error }),
    })
  }

  /** Under a signal that aborts with the caller's, and when the work ends. */
  async #untilEnd<T>(signal: AbortSignal | undefined, run: (linked: AbortSignal) => Promise<T>): Promise<T> {
    const linked = linkedSignal(signal, this.context.work.ending)
    try {
      return await run(linked.signal)
    } finally {
      linked.release()
    }
  }

  /** The task, with what the list knows of it. */
  async #known(task: LookedAt): Promise<LookedAt> {
    const isComplete = Object.keys(task.metadata).length > 0 && task.submittedAt !== null
    const known = isComplete ? null : await this.context.list.get(task)
    if (known === null) return task
    const metadata = Object.keys(task.metadata).length > 0 ? task.metadata : known.metadata
    return { ...task, metadata, submittedAt: task.submittedAt ?? known.submittedAt }
  }
}
