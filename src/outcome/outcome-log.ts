import type { SunoEvent } from '../events/types.js'
import { toLogFields } from '../log/log-fields.js'
import type { Logger } from '../log/logger.js'
import type { Outcome, ProbeOutcome } from './outcome.js'

/**
 * What the operator should read of outcomes, without letting strangers fill the log: a fault of one code is written once a minute. A
 * listener's own errors are written where they happen.
 */
export class OutcomeLog {
  readonly #logger: Logger
  readonly #lastLogged = new Map<string, { at: number; suppressed: number }>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  write(outcome: Outcome | ProbeOutcome): void {
    switch (outcome.status) {
      case 'handled':
      case 'handed-off':
      case 'duplicate':
      case 'stale':
        this.#logger.debug?.(`A delivery was ${outcome.status}.`, fieldsOf(outcome))
        return
      case 'probed':
        this.#logger.debug?.('A probe was answered: it reached the app.')
        return
      case 'ignored':
        // An unknown body is ignored only as news of a task under way: there is nothing to listen for.
        if (outcome.type !== 'unknown') this.warnUnhandled(outcome)
        return
      case 'in-flight':
        this.#logger.info?.(
          'Another process is still working on an event: answered 409, the provider tries again.',
          fieldsOf(outcome),
        )
        return
      case 'deadline':
        this.#logger.warn(
          'Listeners are still at work at the deadline: answered 503; they go on, and the retry is absorbed.',
          { ...fieldsOf(outcome), listeners: atWork(outcome) },
        )
        return
      case 'rejected':
        this.#perMinute('warn', `A delivery was rejected: ${outcome.error.message}`, outcome.error.code, () =>
          fieldsOf(outcome),
        )
        return
      case 'unavailable':
        if (outcome.error.code === 'CLOSING') return
        this.#perMinute('error', outcome.error.message, outcome.error.code, () => ({
          error: outcome.error,
          ...fieldsOf(outcome),
        }))
        return
      case 'failed':
        if (!('code' in outcome.error)) return
        this.#perMinute('error', outcome.error.message, outcome.error.code, () => ({
          error: outcome.error,
          ...fieldsOf(outcome),
        }))
    }
  }

  /** Once for each type; never for the early stages, which most apps have no use for. */
  warnUnhandled(event: Pick<SunoEvent, 'type' | 'kind' | 'taskId' | 'key'>): void {
    const { type } = event
    if (type === 'music:text' || type === 'music:first' || this.#lastLogged.has(type)) return
    this.#lastLogged.set(type, { at: performance.now(), suppressed: 0 })
    this.#logger.warn(`There is no listener for ${type}: such events are not handled.`, toLogFields(event))
  }

  #perMinute(
    level: 'warn' | 'error',
    message: string,
    code: string,
    fields: () => Readonly<Record<string, unknown>>,
  ): void {
    const last = this.#lastLogged.get(code)
    if (last !== undefined && performance.now() - last.at < 60_000) {
      last.suppressed++
      return
    }
    this.#lastLogged.set(code, { at: performance.now(), suppressed: 0 })
    const since = last === undefined || last.suppressed === 0 ? {} : { suppressed: last.suppressed }
    this.#logger[level](message, { code, ...fields(), ...since })
  }
}

/** The names of the listeners that have not ended. */
function atWork({ listeners }: Outcome): readonly string[] {
  return listeners.filter(({ durationMs }) => durationMs === null).map(({ name }) => name)
}

function fieldsOf(outcome: Outcome): Readonly<Record<string, unknown>> {
  return { durationMs: outcome.durationMs, ...toLogFields(outcome) }
}
