/**
 * The events that listeners get. Field names are camelCase whatever the provider wrote, and an empty string of the
 * provider's is always `null`: what may be missing says so in its type.
 */

/** The family of a callback. One callback URL serves one kind. */
export type Kind = 'music' | 'lyrics' | 'video' | 'voice' | 'phrase' | 'wav' | 'stems' | 'midi' | 'cover' | 'recovery'

/**
 * The caller's own ids, carried by the signed callback URL. Readable by the provider, but not changeable. A name may be missing:
 * URLs that were made before it was added carry none.
 */
export type Metadata = Readonly<Record<string, string | undefined>>

/** How a body came: in a callback, in a record that was asked for, or played again. */
export type Source = 'callback' | 'record' | 'replay'

/** What every event has. */
export interface BaseEvent {
  /** The name that listeners subscribe to, such as `music:complete`. */
  readonly type: string
  /** `null` only on `error` and `unknown`, when neither the URL nor the body names the kind. */
  readonly kind: Kind | null
  /** How far the task is: `text`, `first`, `complete`, `ready`, `error` or `unknown`. */
  readonly stage: string
  /** The provider's task id, the same that its submit endpoint answered. `null` only on `unknown`. */
  readonly taskId: string | null
  /** What makes two deliveries the same event, `kind:stage:id`: fit for a unique column of your own. */
  readonly key: string
  /** The provider's status code (200 is success), `null` when the body carried none. */
  readonly code: number | null
  /** The most specific text of the body that is not empty. Wording and language vary: show it, never branch on it. */
  readonly message: string | null
  /** What was given to `callbackUrl(kind, { metadata })`; frozen, `{}` when there was none. */
  readonly metadata: Metadata
  /** When this delivery's request began. */
  readonly receivedAt: Date
  /** How the body came: `callback`, or what was given to `handle`. */
  readonly source: Source
  /** The parsed JSON as the provider sent it. Treat it as read-only: all listeners see the same object. */
  readonly raw: unknown
}

interface TaskEvent<Type extends string, K extends Kind, Stage extends string> extends BaseEvent {
  readonly type: Type
  readonly kind: K
  readonly stage: Stage
  readonly taskId: string
}

/** One song. The provider makes two for each task; any field may be missing while the task is under way. */
export interface Track {
  readonly id: string | null
  /** The finished file. `null` while this track is not ready. */
  readonly audioUrl: string | null
  /** Playable earlier than `audioUrl`. */
  readonly streamAudioUrl: string | null
  /** Suno's own link; expires early. */
  readonly sourceAudioUrl: string | null
  readonly sourceStreamAudioUrl: string | null
  readonly imageUrl: string | null
  readonly sourceImageUrl: string | null
  /** The prompt or, with custom lyrics, the lyrics. */
  readonly prompt: string | null
  readonly modelName: string | null
  readonly title: string | null
  /** The provider's comma-separated list, split. */
  readonly tags: readonly string[]
  /** `null` also where the provider wrote a time without a zone, which names no instant. */
  readonly createdAt: Date | null
  /** Seconds. */
  readonly duration: number | null
}

interface MusicEvent<Stage extends 'text' | 'first' | 'complete'> extends TaskEvent<`music:${Stage}`, 'music', Stage> {
  readonly tracks: readonly Track[]
}

/** The lyrics of the song are written. `tracks` is empty, or carries tracks that can already be streamed. */
export type MusicTextEvent = MusicEvent<'text'>
/** The first track can be played. The other may be in `tracks` too, its `audioUrl` still `null`. */
export type MusicFirstEvent = MusicEvent<'first'>
/** All tracks are done. At least one can be played. Page: generate-music-callbacks, and the eight other music operations. */
export interface MusicCompleteEvent extends MusicEvent<'complete'> {
  /** When the provider deletes the files: 14 days after they were made; sunoapi.org keeps them for 15. */
  readonly expiresAt: Date
}

/** Lyrics are written. Page: generate-lyrics-callbacks. */
export interface LyricsCompleteEvent extends TaskEvent<'lyrics:complete', 'lyrics', 'complete'> {
  /** The variants that succeeded; at least one. */
  readonly lyrics: readonly { readonly title: string | null; readonly text: string }[]
  /** The variants that failed beside them. */
  readonly failures: readonly { readonly title: string | null; readonly errorMessage: string | null }[]
}

/** A music video (MP4) is rendered. Page: create-music-video-callbacks. */
export interface VideoCompleteEvent extends TaskEvent<'video:complete', 'video', 'complete'> {
  readonly videoUrl: string
  /** The provider keeps the file for 14 days: `receivedAt` + 14 days. */
  readonly expiresAt: Date
}

/** A custom voice can be used. Page: suno-voice-generate-callbacks. */
export interface VoiceReadyEvent extends TaskEvent<'voice:ready', 'voice', 'ready'> {
  readonly voiceId: string
}

/**
 * A phrase waits to be recorded by the user. It is single use and goes stale after some 10 to 15 minutes.
 * Pages: suno-voice-validate-callbacks, suno-voice-regenerate-callbacks.
 */
export interface PhraseReadyEvent extends TaskEvent<'phrase:ready', 'phrase', 'ready'> {
  /** The text to record. */
  readonly phrase: string
}

/** A track is converted to WAV. Pages: convert-to-wav-format-callbacks, convert-to-wav-callbacks (kie.ai). */
export interface WavCompleteEvent extends TaskEvent<'wav:complete', 'wav', 'complete'> {
  readonly audioWavUrl: string
  /** `receivedAt` + 14 days, as long as kie.ai keeps the file; sunoapi.org keeps it for 15. */
  readonly expiresAt: Date
}

/** The file of each stem. Which there are depends on the type of separation; `null` where there is none. */
export interface Stems {
  readonly vocalUrl: string | null
  /** Only of `separate_vocal`: everything but the voice. */
  readonly instrumentalUrl: string | null
  readonly backingVocalsUrl: string | null
  readonly drumsUrl: string | null
  readonly bassUrl: string | null
  readonly guitarUrl: string | null
  readonly keyboardUrl: string | null
  readonly pianoUrl: string | null
  readonly percussionUrl: string | null
  readonly stringsUrl: string | null
  readonly synthUrl: string | null
  readonly fxUrl: string | null
  readonly brassUrl: string | null
  readonly woodwindsUrl: string | null
}

/** A file of an advanced separation. */
export interface StemFile {
  readonly id: string | null
  /** As the provider wrote it: it may hold a raw space, which `new URL()` and `fetch` accept. */
  readonly audioUrl: string | null
  /** Seconds. */
  readonly duration: number | null
  /** Which stem it is. */
  readonly stemTypeGroupName: string | null
}

/**
 * A song is taken apart. At least one file, in `stems` or in `originData`. Pages: separate-vocals-from-music-callbacks,
 * separate-vocals-callbacks (kie.ai).
 */
export interface StemsCompleteEvent extends TaskEvent<'stems:complete', 'stems', 'complete'> {
  readonly stems: Stems
  /** The song that was taken apart, where the provider sends it. */
  readonly originUrl: string | null
  /** Of `split_stem_advanced`: the stem that was asked for, and the song without it. `[]` otherwise. */
  readonly originData: readonly { readonly extract: StemFile | null; readonly remove: StemFile | null }[]
  /** The provider keeps the files for 14 days: `receivedAt` + 14 days. */
  readonly expiresAt: Date
}

/** One note. Numbers that the provider wrote as strings are numbers here. */
export interface MidiNote {
  /** The MIDI note number: 60 is middle C. */
  readonly pitch: number | null
  /** Seconds from the beginning. */
  readonly start: number | null
  /** Seconds from the beginning. */
  readonly end: number | null
  /** From 0 to 1. */
  readonly velocity: number | null
}

/** The notes of a track are written down; at least one. Page: generate-midi-callbacks. */
export interface MidiCompleteEvent extends TaskEvent<'midi:complete', 'midi', 'complete'> {
  readonly instruments: readonly { readonly name: string | null; readonly notes: readonly MidiNote[] }[]
  /** The provider keeps the result for 14 days: `receivedAt` + 14 days. */
  readonly expiresAt: Date
}

/** Cover images for a song are drawn. Page: cover-suno-callbacks. */
export interface CoverCompleteEvent extends TaskEvent<'cover:complete', 'cover', 'complete'> {
  /** The addresses of the images; at least one, normally two. */
  readonly images: readonly string[]
  /** The provider keeps the files for 14 days: `receivedAt` + 14 days. */
  readonly expiresAt: Date
}

/** The tracks of an old task have new links. Its `taskId` is that of the recovery, not of the old task. Page: recovery-audio. */
export interface RecoveryCompleteEvent extends TaskEvent<'recovery:complete', 'recovery', 'complete'> {
  /** The tracks that can be played again; at least one. The file may be `.m4a`. */
  readonly recovered: readonly {
    readonly id: string | null
    readonly title: string | null
    readonly audioUrl: string
  }[]
  /** The tracks that stay lost beside them. `error` is the provider's word, such as `clip_not_complete`. */
  readonly failures: readonly {
    readonly id: string | null
    readonly title: string | null
    readonly error: string | null
  }[]
  /** When the provider deletes the files: 14 days after they were made. */
  readonly expiresAt: Date
}

/**
 * Why a task failed, from the provider's code: `refused` 400 (parameters or content), `timeout` 408, `conflict` 413 (the
 * uploaded audio matches an existing work), `source` 451 (the source file could not be fetched), `server` 500,
 * `generation` 501, `refunded` 531 (failed, credits returned), `empty` (a success without a result), `unknown` the rest.
 */
export type ErrorReason =
  'refused' | 'timeout' | 'conflict' | 'source' | 'server' | 'generation' | 'refunded' | 'empty' | 'unknown'

/** The provider's verdict that a task failed. Faults of listeners, store or library never arrive here. */
export interface TaskErrorEvent extends BaseEvent {
  readonly type: 'error'
  readonly stage: 'error'
  readonly taskId: string
  readonly reason: ErrorReason
  /** The provider's inner code (`data.errorCode`), where it sends one. */
  readonly errorCode: number | null
}

/** Verified JSON of no known shape. `raw` has all of it. */
export interface UnknownEvent extends BaseEvent {
  readonly type: 'unknown'
  readonly stage: 'unknown'
  /**
   * What kept the body from being read: lines `path: what was expected`, ten at most, from the documented callbacks of its kind, or of
   * the kinds that are nearest. Their paths are those of the pages; of the body they name only types, so they can be logged.
   */
  readonly issues: readonly string[]
}

/** Every event, by its type. */
export interface EventMap {
  /** The lyrics of a song are written; no track can be played yet, or they can only be streamed. */
  'music:text': MusicTextEvent
  /** The first of a task's two tracks can be played. */
  'music:first': MusicFirstEvent
  /** All tracks of a song are done: generated, extended, covered, or any other music operation. */
  'music:complete': MusicCompleteEvent
  /** Lyrics are written, in one or several variants. */
  'lyrics:complete': LyricsCompleteEvent
  /** A music video (MP4) is rendered. */
  'video:complete': VideoCompleteEvent
  /** A custom voice can be used. */
  'voice:ready': VoiceReadyEvent
  /** A phrase waits to be recorded by the user, to validate a custom voice. It goes stale after some 10 to 15 minutes. */
  'phrase:ready': PhraseReadyEvent
  /** A track is converted to WAV. */
  'wav:complete': WavCompleteEvent
  /** A song is taken apart into its stems. */
  'stems:complete': StemsCompleteEvent
  /** The notes of a track are written down. */
  'midi:complete': MidiCompleteEvent
  /** Cover images for a song are drawn. */
  'cover:complete': CoverCompleteEvent
  /** The tracks of an old task have new links. */
  'recovery:complete': RecoveryCompleteEvent
  /** A task failed, says the provider, of whatever kind. Faults of listeners, store or library never arrive here. */
  error: TaskErrorEvent
  /** Verified JSON of no known shape. Without a listener for it (or for `*`) it is answered 422. */
  unknown: UnknownEvent
}

export type EventType = keyof EventMap

/** Any event: a union on `type`, which is what listeners of `*` get. */
export type SunoEvent = EventMap[EventType]
