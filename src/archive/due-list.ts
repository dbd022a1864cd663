import { sizeOf } from '../events/size-of.js'
import type { Kind } from '../events/types.js'
import type { DueEntry } from './due-entry.js'

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

/** The events that this process was to store, and whose files are not all there. When it is full, the oldest go. */
export class DueList {
  readonly #entries = new Map<string, { readonly entry: DueEntry; readonly bytes: number }>()
  #bytes = 0

  add(entry: DueEntry): void {
    this.remove(entry)
    const bytes = sizeOf(entry, MAX_BYTES)
    this.#entries.set(entry.key, { entry, bytes })
    this.#bytes += bytes
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= MAX_EVENTS && this.#bytes <= MAX_BYTES) return
      this.remove({ key })
    }
  }

  remove({ key }: Pick<DueEntry, 'key'>): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0
    this.#entries.delete(key)
  }

  /** Those whose links die before `time`, soonest first. */
  before(time: number): readonly DueEntry[] {
    const entries = [...this.#entries.values()].map(({ entry }) => entry)
    const due = entries.filter(({ expiresAt }) => expiresAt.getTime() <= time)
    return due.sort((one, other) => one.expiresAt.getTime() - other.expiresAt.getTime())
  }
}

/** An archive that fails for weeks must not fill the memory. */
const MAX_EVENTS = 10_000
/** As estimated: about as much as 9,000 songs. */
const MAX_BYTES = 33_554_432
