import type { Kind, SunoEvent, TaskErrorEvent } from '../../events/types.js'
import { safeUrl } from '../safe-url.js'
import type { Failure, FileState, RecordState, StageMark, TaskState } from '../wire.js'
import type { KeptDelivery } from './kept-delivery.js'
import { coverOf, expiryOf, LONGEST_SEARCH, searchOf, titleOf } from './summary.js'

/** What is known of a task, by its deliveries, its records and its files. */
export class BookTask {
  kind: Kind | null = null
  title: string | null = null
  coverUrl: string | null = null
  expiresAt: number | null = null
  search = ''
  failure: Failure | null = null
  record: RecordState | null = null
  deliveryCount = 0
  lastAt: number
  /** The sequence of its last change. */
  changedAt = 0
  /** The newest last. */
  readonly deliveries: KeptDelivery[] = []
  readonly files = new Map<string, FileState>()
  readonly #stages = new Map<string, StageMark>()
  #bytes = 0

  constructor(
    readonly id: string,
    readonly taskId: string | null,
    readonly firstAt: number,
  ) {
    this.lastAt = firstAt
  }

  get stages(): readonly StageMark[] {
    return [...this.#stages.values()]
  }

  get last(): KeptDelivery | undefined {
    return this.deliveries.at(-1)
  }

  /** What it takes in memory, about. */
  get bytes(): number {
    return BASE_BYTES + this.#bytes + this.files.size * FILE_BYTES
  }

  get state(): TaskState {
    const has = (stage: string) => this.#stages.has(stage)
    if (has('complete') || has('ready')) return 'complete'
    if (has('error')) return 'error'
    if (has('text') || has('first')) return 'running'
    if (has('unknown')) return 'unknown'
    return this.isUnproven ? 'rejected' : 'running'
  }

  /** Whether all that came was turned away before it was an event: strangers can make that. */
  get isUnproven(): boolean {
    return this.#stages.size === 0 && this.record === null
  }

  /** @param event of which it is, kept or not */
  add(delivery: KeptDelivery, event: SunoEvent | null): void {
    this.deliveries.push(delivery)
    this.deliveryCount++
    this.#bytes += delivery.bytes
    while (this.deliveries.length > MOST_DELIVERIES) this.#dropOldest()
    this.kind = delivery.kind ?? this.kind
    this.lastAt = Math.max(this.lastAt, delivery.at)
    if (event !== null) this.#readEvent(event, delivery)
  }

  /** Forgets the body of the oldest delivery that has one. @returns whether there was one */
  dropOldestBody(): boolean {
    const index = this.deliveries.findIndex(({ event }) => event !== null)
    const delivery = this.deliveries[index]
    if (delivery === undefined) return false
    const bytes = Math.min(delivery.bytes, SMALL_BYTES)
    this.#bytes -= delivery.bytes - bytes
    this.deliveries[index] = { ...delivery, event: null, bytes }
    return true
  }

  addFile(file: FileState): void {
    const name = `${file.type} ${file.name}`
    if (this.files.has(name) || this.files.size < MOST_FILES) this.files.set(name, file)
  }

  #readEvent(event: SunoEvent, { at, source }: KeptDelivery): void {
    const { stage } = event
    if (!this.#stages.has(stage)) this.#stages.set(stage, { stage, at, source })
    this.title = titleOf(event) ?? this.title
    this.coverUrl = safeUrl(coverOf(event)) ?? this.coverUrl
    this.expiresAt = expiryOf(event) ?? this.expiresAt
    const search = searchOf(event)
    // An error says less than the stages before it.
    this.search = event.type === 'error' ? `${search} ${this.search}`.slice(0, LONGEST_SEARCH) : search
    if (event.type === 'error') this.failure = toFailure(event)
  }

  #dropOldest(): void {
    // Called when there are too many.
    const oldest = this.deliveries.shift() as KeptDelivery
    this.#bytes -= oldest.bytes
  }
}

function toFailure({ reason, message, code, errorCode }: TaskErrorEvent): Failure {
  return { reason, message, code, errorCode }
}

const MOST_DELIVERIES = 50
const MOST_FILES = 200
const BASE_BYTES = 6_000
const FILE_BYTES = 500
const SMALL_BYTES = 512
