import { ConfigurationError } from '../errors/errors.js'
import type { SunoEvent } from '../events/types.js'
import type { ListenerContext } from '../listeners/listener.js'
import { Observers } from '../listeners/observers.js'
import type { ArchiveError, Archived } from './archived.js'
import {
  readArchiverOptions,
  readDueOptions,
  readSaveOptions,
  type ArchiverOptions,
  type ArchiverSettings,
  type DueOptions,
  type SaveOptions,
} from './archiver-options.js'
import { toDueEntry, type DueEntry } from './due-entry.js'
import { DueList, type DueEvent } from './due-list.js'
import { lookUp } from './look-up.js'
import { ARCHIVE_OBSERVERS, type ArchiveEventName, type ArchiveEvents, type ArchiveListener } from './observers.js'
import { saveEvent } from './save-event.js'
import { Slots } from './slots.js'

/** Keeps the files of events. It is a listener itself: `suno.on('music:complete', archive)`. */
export interface Archive {
  /** The same as `save`, as a listener is called. */
  (event: SunoEvent, context: ListenerContext): Promise<Archived>

  /**
   * Stores all files of an event that are not stored yet, and its manifest last. An event without files answers `files: []`. Two calls
   * for one event do not fetch twice.
   *
   * @throws ArchiveError when not all files are stored; ConfigurationError `OPTION_INVALID`, `OPTION_UNKNOWN`
   */
  save(event: SunoEvent, options?: SaveOptions): Promise<Archived>

  /**
   * The events that were given to this archive, whose files are not all stored, and whose links die soon: soonest first. The destination
   * is asked, so what another process has stored is not among them.
   *
   * @throws ConfigurationError `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`
   */
  due(options?: DueOptions): Promise<readonly DueEvent[]>

  /**
   * Calls the listener with what became of each file (`file`), with its bytes while they come (`progress`), and when an event is not
   * stored whole (`failed`). Not awaited; what it throws is logged.
   *
   * @throws ConfigurationError `EVENT_UNKNOWN`, `LISTENER_INVALID`
   */
  on<Name extends ArchiveEventName>(name: Name, listener: ArchiveListener<Name>): this
  /** The same for one time. */
  once<Name extends ArchiveEventName>(name: Name, listener: ArchiveListener<Name>): this
  /** Takes the listener off that name. */
  off<Name extends ArchiveEventName>(name: Name, listener: ArchiveListener<Name>): this
}

/**
 * Makes an archive: it fetches the files of events before their links die, checks that they are whole and what they should be, and
 * stores them.
 *
 * @example
 * const archive = archiver({ to: directory('./songs') })
 * suno.on('music:complete', archive)
 * @throws ConfigurationError `DESTINATION_INVALID`, `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`, `LOGGER_INVALID`
 */
export function archiver(options: ArchiverOptions): Archive {
  const work = new ArchiveWork(readArchiverOptions(options))
  // Its name is in the report of a listener that failed.
  const archive = (event: SunoEvent, { signal }: ListenerContext) => work.save(event, { signal })
  return Object.assign(archive, {
    save: (event: SunoEvent, given: SaveOptions = {}) => work.save(event, given),
    due: (given: DueOptions = {}) => work.due(given),
    on<Name extends ArchiveEventName>(this: Archive, name: Name, listener: ArchiveListener<Name>) {
      work.observers.on(name, listener)
      return this
    },
    once<Name extends ArchiveEventName>(this: Archive, name: Name, listener: ArchiveListener<Name>) {
      work.observers.once(name, listener)
      return this
    },
    off<Name extends ArchiveEventName>(this: Archive, name: Name, listener: ArchiveListener<Name>) {
      work.observers.off(name, listener)
      return this
    },
  })
}

class ArchiveWork {
  readonly observers: Observers<ArchiveEvents>
  readonly #slots: Slots
  readonly #due = new DueList()
  /** The end of the last call for an event. */
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(private readonly settings: ArchiverSettings) {
    this.observers = new Observers(ARCHIVE_OBSERVERS, settings.logger)
    this.#slots = new Slots(settings.concurrency)
  }

  async save(event: SunoEvent, given: SaveOptions): Promise<Archived> {
    const { signal } = readSaveOptions(given)
    if (!isEvent(event)) {
      throw new ConfigurationError('OPTION_INVALID', 'save(event): event must be an event as listeners get it.')
    }
    const entry = toDueEntry(event, this.settings)
    if (entry !== null) this.#due.add(entry)
    return this.#afterOther(event.key, () => this.#save(event, signal))
  }

  async due(given: DueOptions): Promise<readonly DueEvent[]> {
    const { withinMs } = readDueOptions(given)
    const events = this.#due.before(Date.now() + withinMs)
    const due: DueEvent[] = []
    // One after the other: there may be thousands, and a destination is not to be asked for all at once.
    for (const event of events) due.push(await this.#toDue(event))
    return due.filter(({ missing }) => missing > 0)
  }

  async #save(event: SunoEvent, signal: AbortSignal | undefined): Promise<Archived> {
    const { taskId } = event
    try {
      const archived = await saveEvent(event, {
        settings: this.settings,
        slots: this.#slots,
        signal,
        onBytes: ({ type, name }, bytes, totalBytes) => {
          this.observers.emit('progress', { taskId, type, name, bytes, totalBytes })
        },
        onFile: (file) => this.observers.emit('file', { taskId, file }),
      })
      this.#due.remove(event)
      return archived
    } catch (error) {
      this.observers.emit('failed', error as ArchiveError)
      throw error
    }
  }

  /** The second of two calls for one event finds what the first has stored. */
  async #afterOther<T>(key: string, save: () => Promise<T>): Promise<T> {
    const other = this.#underWay.get(key)
    const saved = other === undefined ? save() : other.then(save)
    const end = saved.then(nothing, nothing)
    this.#underWay.set(key, end)
    try {
      return await saved
    } finally {
      if (this.#underWay.get(key) === end) this.#underWay.delete(key)
    }
  }

  async #toDue(entry: DueEntry): Promise<DueEvent> {
    const { taskId, kind, key, expiresAt, files } = entry
    // What a destination that is down may have is as good as missing.
    const stored = await Promise.all(files.map((keys) => this.#hasOneOf(keys).catch(() => false)))
    const missing = stored.filter((isStored) => !isStored).length
    if (missing === 0) this.#due.remove(entry)
    return { taskId, kind, key, expiresAt, missing }
  }

  async #hasOneOf(keys: readonly string[]): Promise<boolean> {
    const context = { settings: this.settings, signal: new AbortController().signal }
    for (const key of keys) if ((await lookUp(key, context)) !== null) return true
    return false
  }
}

function nothing(): void {
  // Whoever has called gets the result, or the error.
}

function isEvent(event: unknown): event is SunoEvent {
  const { type, key } = (event ?? {}) as Partial<Record<keyof SunoEvent, unknown>>
  return typeof type === 'string' && typeof key === 'string'
}
