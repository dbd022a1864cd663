/**
 * What goes between the page and the server, as JSON. All times are in ms since 1970, all durations in ms. All texts are of strangers:
 * they are to be shown as text, never as markup. Every `…Url` is `https:`, or `http:` of this machine, else null.
 *
 *   GET  ./             the document
 *   GET  ./tasks        TaskListAnswer
 *   GET  ./tasks/:id    TaskDetails; 404 with an ErrorAnswer where the task is not kept any more
 *   GET  ./events       server-sent events: `task` TaskRow[], `gone` string[], `reset` {}
 *   POST ./replay       ReplayRequest → ActionAnswer
 *   POST ./trigger      TriggerRequest → ActionAnswer
 *   POST ./poll         PollRequest → ActionAnswer
 *
 * A POST needs `content-type: application/json` and the header `x-suno-inspector: 1`. Whatever fails is an ErrorAnswer.
 *
 * The first `./events` of a page names the sequence of its list, `./events?since=<sequence>`, so that nothing is missed between the two.
 * Each message has its `id`, which a browser sends back as `Last-Event-ID`; a page that opens a new stream gives the last one as `since`.
 * `reset`: the server cannot tell what was missed (it was restarted): load `./tasks` anew, and go on with that sequence.
 */
import type { ErrorReason, EventType, Kind, MidiNote, Source } from '../events/types.js'

/** The header that a POST must have: it makes a browser ask before it lets another site send one. */
export const ACTION_HEADER = 'x-suno-inspector'

/** What has happened up to now, as one word without a blank: not to be read, only to be given back. */
export type Sequence = string

export interface TaskListAnswer {
  readonly sequence: Sequence
  /** The newest first: by `lastAt`. */
  readonly tasks: readonly TaskRow[]
  readonly about: About
}

/** What this inspector is, and can do. */
export interface About {
  /** Of the package. */
  readonly version: string
  readonly canReplay: boolean
  readonly canTrigger: boolean
  /** Whether it has a poller, so that records can be asked for. */
  readonly canPoll: boolean
  /** Whether TaskDetails has `files`. */
  readonly hasArchive: boolean
  /** The events that can be triggered; each kind has an `error` of its own. */
  readonly triggers: readonly Trigger[]
  /** What would go wrong in production. */
  readonly warnings: readonly Warning[]
  /** How many tasks are kept at most; the oldest go first. */
  readonly maxTasks: number
}

export interface Trigger {
  readonly type: EventType
  /** Null of `unknown` alone. */
  readonly kind: Kind | null
}

export interface Warning {
  readonly code: 'MEMORY_STORE' | 'NO_SECRET' | 'BASE_URL_HTTP' | 'BASE_URL_MISSING'
  /** What is so, why it matters, and the fix. */
  readonly message: string
}

/** What became of a delivery. */
export type OutcomeStatus =
  | 'handled'
  | 'handed-off'
  | 'duplicate'
  | 'stale'
  | 'ignored'
  | 'in-flight'
  | 'rejected'
  | 'failed'
  | 'deadline'
  | 'unavailable'

/**
 * How far a task is. `running`: its last event has not come. `complete`: it has its result. `error`: the provider says that it failed.
 * `unknown`: only bodies of no known shape came. `rejected`: nothing has come but what was turned away; each such delivery that names no
 * task is a row of its own.
 */
export type TaskState = 'running' | 'complete' | 'error' | 'unknown' | 'rejected'

export interface TaskRow {
  /** Of the row: for paths, and to find it again. */
  readonly id: string
  /** The provider's. Null where a delivery named none. */
  readonly taskId: string | null
  readonly kind: Kind | null
  readonly title: string | null
  readonly coverUrl: string | null
  /** In the order of their first coming. */
  readonly stages: readonly StageMark[]
  readonly state: TaskState
  /** How many have come; not all may be kept. */
  readonly deliveryCount: number
  /** Of the last delivery; null where only its record was asked for. */
  readonly outcome: OutcomeStatus | null
  /** What the last delivery was answered; null where it was no request: `record`, `replay`. */
  readonly httpStatus: number | null
  /** The type of the last event; null where there was none. */
  readonly type: EventType | null
  readonly firstAt: number
  readonly lastAt: number
  /** When the provider deletes the files. */
  readonly expiresAt: number | null
  /** What a search looks through: titles, task id, tags, lyrics, metadata, message. In lower case, and cut beyond 2,000 characters. */
  readonly search: string
}

/** The first delivery of a stage. */
export interface StageMark {
  /** `text`, `first`, `complete`, `ready`, `error`, `unknown`. */
  readonly stage: string
  readonly at: number
  readonly source: Source
}

export interface TaskDetails {
  /** As it is now. */
  readonly row: TaskRow
  /** The newest first; the newest 50 at most. */
  readonly deliveries: readonly DeliveryDetails[]
  /** Of the event that is furthest; null where there is none with a result. */
  readonly media: Media | null
  /** What the provider says of a task that failed. */
  readonly failure: Failure | null
  /** The last look at its record, by the poller. */
  readonly record: RecordState | null
  /** Null without an archive; `[]` while none of its files was asked for. */
  readonly files: readonly FileState[] | null
}

export interface DeliveryDetails {
  /** For ReplayRequest. */
  readonly id: string
  /** When its request began. */
  readonly at: number
  readonly source: Source
  readonly type: EventType | null
  readonly kind: Kind | null
  /** The event's; null where there was none. */
  readonly key: string | null
  readonly outcome: OutcomeStatus
  /** What the outcome means, as a sentence. */
  readonly meaning: string
  /** What it was answered; null where it was no request. */
  readonly httpStatus: number | null
  readonly durationMs: number
  readonly listeners: readonly ListenerDetails[]
  /** Why it was turned away, or failed outside of the listeners. */
  readonly error: ErrorText | null
  /** Of a body of no known shape: lines `path: what was expected`. */
  readonly issues: readonly string[]
  readonly metadata: Readonly<Record<string, string | undefined>>
  /** What the provider sent; null where it was not read, or is not kept any more. */
  readonly body: JsonText | null
  /** What listeners got, without `raw`. */
  readonly event: JsonText | null
  /** To be copied; null without a body, or where it was cut. */
  readonly copies: Copies | null
  /** Whether its body is kept, so that it can be handled again. */
  readonly canReplay: boolean
}

export interface ListenerDetails {
  readonly name: string
  /** Null while it is still at work. */
  readonly durationMs: number | null
  readonly error: ErrorText | null
}

export interface ErrorText {
  readonly name: string
  readonly code: string | null
  readonly message: string
  /** Only of errors of the app. */
  readonly stack: string | null
}

/** Indented JSON. */
export interface JsonText {
  readonly text: string
  /** Of the JSON in UTF-8 as it came, about. */
  readonly bytes: number
  /** Whether `text` ends early, and so is no JSON. */
  readonly isCut: boolean
}

/** Without a secret or a signature: the commands ask for a fresh URL. */
export interface Copies {
  readonly curl: string
  /** A test of node:test. */
  readonly test: string
}

/** What can be heard, seen or read of an event. What it does not have is null or `[]`. */
export interface Media {
  readonly type: EventType
  readonly tracks: readonly TrackMedia[]
  readonly videoUrl: string | null
  readonly wavUrl: string | null
  readonly stems: readonly StemMedia[]
  readonly lyrics: readonly { readonly title: string | null; readonly text: string }[]
  /** 5,000 notes at most. */
  readonly instruments: readonly { readonly name: string | null; readonly notes: readonly MidiNote[] }[]
  /** How many notes were left out. */
  readonly notesLeftOut: number
  readonly imageUrls: readonly string[]
  readonly voiceId: string | null
  readonly phrase: string | null
  /** Variants of lyrics and tracks of a recovery that failed beside the others, a line each. */
  readonly failures: readonly string[]
  readonly expiresAt: number | null
}

/** A track of a song, or one that has new links. */
export interface TrackMedia {
  readonly id: string | null
  readonly title: string | null
  /** The finished file, else what can be streamed. */
  readonly audioUrl: string | null
  /** Whether `audioUrl` is only a stream of a track that is not finished. */
  readonly isStream: boolean
  readonly imageUrl: string | null
  readonly lyrics: string | null
  readonly modelName: string | null
  readonly tags: readonly string[]
  /** Seconds. */
  readonly duration: number | null
}

export interface StemMedia {
  /** `vocal`, `backing-vocals`, `drums` …; `origin`: the song that was taken apart. */
  readonly name: string
  readonly audioUrl: string
  /** Seconds. */
  readonly duration: number | null
}

export interface Failure {
  readonly reason: ErrorReason
  readonly message: string | null
  readonly code: number | null
  readonly errorCode: number | null
}

/** `overdue`: too old, it is not asked any more. */
export interface RecordState {
  readonly status: 'done' | 'known' | 'running' | 'missing' | 'failed' | 'unanswered' | 'overdue'
  readonly at: number
  /** Why it was not answered. */
  readonly message: string | null
}

export interface FileState {
  /** `audio`, `image`, `video`, `wav`, `stems`, `midi`, `lyrics`, `manifest`. */
  readonly type: string
  readonly name: string
  /** `present`: it was there before. `failed`: another try may get it. `gone`: its links are dead. */
  readonly status: 'loading' | 'stored' | 'present' | 'failed' | 'gone'
  /** Where it is stored. */
  readonly key: string | null
  /** So far, while it is loading. */
  readonly bytes: number | null
  readonly totalBytes: number | null
  readonly error: { readonly code: string; readonly message: string } | null
}

export interface ReplayRequest {
  readonly deliveryId: string
  /** Under a fresh task id, so that listeners run even where the store knows the event as done. */
  readonly asNew?: boolean
}

export interface TriggerRequest {
  readonly type: EventType
  /** Of which kind an `error` is. `music` by default. */
  readonly kind?: Kind | null
  /** A fresh one by default; an existing one adds a stage to its task. */
  readonly taskId?: string
}

export interface PollRequest {
  /** Of the row. */
  readonly id: string
}

/** Answered when the listeners have finished, or after 10 s. */
export interface ActionAnswer {
  /** The row in which it shows; null where it made none. */
  readonly id: string | null
  /** Null where there was none: still at work, or nothing to handle. */
  readonly outcome: OutcomeStatus | null
  /** What has happened, as a sentence for the user, such as that a repeat called no listener. */
  readonly message: string
}

/** Of whatever is refused: HTTP 400 and above. */
export interface ErrorAnswer {
  readonly error: { readonly code: ErrorAnswerCode; readonly message: string }
}

export type ErrorAnswerCode =
  | 'FORBIDDEN_PEER'
  | 'FORBIDDEN_HOST'
  | 'FORBIDDEN_PROXY'
  | 'FORBIDDEN_ORIGIN'
  | 'FORBIDDEN_HEADER'
  | 'NOT_AUTHORIZED'
  | 'READ_ONLY'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'TASK_GONE'
  | 'DELIVERY_GONE'
  | 'REQUEST_INVALID'
  | 'NO_POLLER'
  | 'TASK_UNKNOWN'
  | 'CLOSING'
  | 'INTERNAL'
