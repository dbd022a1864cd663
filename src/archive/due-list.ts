import type { Kind, SunoEvent } from '../events/types.js'

/** An event whose files are not all stored, and whose links die. */
export interface DueEvent {
  readonly taskId: string
  readonly kind: Kind
  /** That of the event. */
  readonly key: string
  /** When the provider deletes the files. */
  readonly expiresAt: Date
  /** How many files are not stored. */
  readonly missing: number
}

/** An event with links that die. */
export type ExpiringEvent = Extract<SunoEvent, { readonly expiresAt: Date }>

/** The events that this process was to store, and whose files are not all there. */
export class DueList {
  readonly #events = new Map<string, ExpiringEvent>()

  add(event: SunoEvent): void {
    if (!('expiresAt' in event)) return
    this.#events.delete(event.key)
    this.#events.set(event.key, event)
    const [oldest] = this.#events.keys()
    if (this.#events.size > MAX_EVENTS && oldest !== undefined) this.#events.delete(oldest)
  }

  remove({ key }: Pick<SunoEvent, 'key'>): void {
    this.#events.delete(key)
  }

  /** Those whose links die before `time`, soonest first. */
  before(time: number): readonly ExpiringEvent[] {
    const events = [...this.#events.values()].filter(({ expiresAt }) => expiresAt.getTime() <= time)
    return events.sort((one, other) => one.expiresAt.getTime() - other.expiresAt.getTime())
  }
}

/** An archive that fails for weeks must not fill the memory. */
const MAX_EVENTS = 10_000
