import type {
  ErrorReason,
  EventMap,
  LyricsCompleteEvent,
  MidiCompleteEvent,
  RecoveryCompleteEvent,
  Stems,
  StemsCompleteEvent,
  Track,
} from '../events/types.js'

/**
 * What a sample is to say instead of its own, in the words of the event. What is not given stays as the sample has it. A list has as many
 * items as you give, each laid over the sample's own at its place: `tracks: [{ title: 'Mine' }]` is one track, with all that a track has.
 */
export interface SampleOverrides {
  'music:text': Stated & Tracks
  'music:first': Stated & Tracks
  'music:complete': Stated & Tracks
  'lyrics:complete': Stated & {
    readonly lyrics?: Items<LyricsCompleteEvent['lyrics'][number]>
    readonly failures?: Items<LyricsCompleteEvent['failures'][number]>
  }
  'video:complete': Stated & Some<Pick<EventMap['video:complete'], 'videoUrl'>>
  'voice:ready': Stated & Some<Pick<EventMap['voice:ready'], 'voiceId'>>
  'phrase:ready': Stated & Some<Pick<EventMap['phrase:ready'], 'phrase'>>
  'wav:complete': Stated & Some<Pick<EventMap['wav:complete'], 'audioWavUrl'>>
  'stems:complete': Stated & {
    readonly stems?: Some<Stems> | undefined
    readonly originUrl?: string | null | undefined
    readonly originData?: StemsCompleteEvent['originData'] | undefined
  }
  'midi:complete': Stated & { readonly instruments?: MidiCompleteEvent['instruments'] | undefined }
  'cover:complete': Stated & Some<Pick<EventMap['cover:complete'], 'images'>>
  'recovery:complete': Stated & {
    readonly recovered?: Items<RecoveryCompleteEvent['recovered'][number]>
    readonly failures?: Items<RecoveryCompleteEvent['failures'][number]>
  }
  error: Stated & {
    /** The provider's code, such as 400. */
    readonly code?: number | undefined
    /** In place of `code`: the code that means this. */
    readonly reason?: Exclude<ErrorReason, 'empty' | 'unknown'> | undefined
    /** The inner code, in `data`. */
    readonly errorCode?: number | null | undefined
  }
  unknown: Stated & {
    /** The provider's code, such as 200. */
    readonly code?: number | undefined
    /** Fields of the body's `data`. */
    readonly data?: Readonly<Record<string, unknown>> | undefined
  }
}

interface Stated {
  /** The provider's words, `msg` in most bodies. */
  readonly message?: string | undefined
}

interface Tracks {
  readonly tracks?: Items<Track>
}

type Some<T> = { readonly [Name in keyof T]?: T[Name] | undefined }

type Items<Item> = readonly Some<Item>[] | undefined
