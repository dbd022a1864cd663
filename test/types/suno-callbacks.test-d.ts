import type { IncomingMessage } from 'node:http'
import { expectTypeOf, test } from 'vitest'
import {
  kieSignature,
  memoryStore,
  SunoCallbacks,
  toResponse,
  type Answer,
  type Delivery,
  type EventMap,
  type EventType,
  type HandleRequest,
  type Handoff,
  type IdempotencyStore,
  type Kind,
  type Listener,
  type Metadata,
  type MidiNote,
  type MusicCompleteEvent,
  type Outcome,
  type ProbeOutcome,
  type StemFile,
  type Stems,
  type StoredDelivery,
  type SunoEvent,
  type Track,
  type Verifier,
} from '../../src/index.js'
import { sample } from '../../src/testing/index.js'

const suno = new SunoCallbacks({ verify: false })

test('each event with files says when they expire, and no other does', () => {
  type Expiring = Extract<SunoEvent, { readonly expiresAt: Date }>['type']
  type WithFiles = `${'music' | 'video' | 'wav' | 'stems' | 'midi' | 'cover' | 'recovery'}:complete`
  expectTypeOf<Expiring>().toEqualTypeOf<WithFiles>()
})

test('each name gives its listener the event of that name', () => {
  suno.on('music:text', (event) => expectTypeOf(event).toEqualTypeOf<EventMap['music:text']>())
  suno.on('music:first', (event) => expectTypeOf(event.tracks).toEqualTypeOf<readonly Track[]>())
  suno.on('music:complete', (event) => {
    expectTypeOf(event.type).toEqualTypeOf<'music:complete'>()
    expectTypeOf(event.taskId).toEqualTypeOf<string>()
    expectTypeOf(event.kind).toEqualTypeOf<'music'>()
    expectTypeOf(event.tracks[0]?.audioUrl).toEqualTypeOf<string | null | undefined>()
    expectTypeOf(event.metadata.orderId).toEqualTypeOf<string | undefined>()
  })
  suno.on('lyrics:complete', (event) => expectTypeOf(event.lyrics[0]?.text).toEqualTypeOf<string | undefined>())
  suno.on('lyrics:complete', (event) =>
    expectTypeOf(event.failures[0]?.errorMessage).toEqualTypeOf<string | null | undefined>(),
  )
  suno.on('video:complete', (event) => expectTypeOf(event.expiresAt).toEqualTypeOf<Date>())
  suno.on('voice:ready', (event) => expectTypeOf(event.voiceId).toEqualTypeOf<string>())
  suno.on('phrase:ready', (event) => expectTypeOf(event.phrase).toEqualTypeOf<string>())
  suno.on('wav:complete', (event) => expectTypeOf(event.audioWavUrl).toEqualTypeOf<string>())
  suno.on('stems:complete', (event) => {
    expectTypeOf(event.stems).toEqualTypeOf<Stems>()
    expectTypeOf(event.stems.vocalUrl).toEqualTypeOf<string | null>()
    expectTypeOf(event.originData[0]?.extract).toEqualTypeOf<StemFile | null | undefined>()
  })
  suno.on('midi:complete', (event) => {
    expectTypeOf(event.instruments[0]?.notes).toEqualTypeOf<readonly MidiNote[] | undefined>()
    expectTypeOf(event.instruments[0]?.notes[0]?.start).toEqualTypeOf<number | null | undefined>()
  })
  suno.on('cover:complete', (event) => expectTypeOf(event.images).toEqualTypeOf<readonly string[]>())
  suno.on('recovery:complete', (event) => {
    expectTypeOf(event.recovered[0]?.audioUrl).toEqualTypeOf<string | undefined>()
    expectTypeOf(event.failures[0]?.error).toEqualTypeOf<string | null | undefined>()
    // @ts-expect-error -- no page says how long recovered files live
    expectTypeOf(event.expiresAt).toBeAny()
  })
  suno.on('error', (event) => {
    expectTypeOf(event.taskId).toEqualTypeOf<string>()
    expectTypeOf(event.kind).toEqualTypeOf<Kind | null>()
    expectTypeOf(event.errorCode).toEqualTypeOf<number | null>()
  })
  suno.on('unknown', (event) => {
    expectTypeOf(event.taskId).toEqualTypeOf<string | null>()
    expectTypeOf(event.raw).toEqualTypeOf<unknown>()
  })
  suno.on('*', (event) => expectTypeOf(event).toEqualTypeOf<SunoEvent>())
  suno.on('outcome', (outcome) => expectTypeOf(outcome).toEqualTypeOf<Outcome>())
  suno.once('music:complete', (event) => expectTypeOf(event).toEqualTypeOf<MusicCompleteEvent>())
})

test('a listener of several names takes the event of each', () => {
  for (const name of ['music:first', 'music:complete'] as const) {
    suno.on(name, (event) => expectTypeOf(event.stage).toEqualTypeOf<'first' | 'complete'>())
  }
})

test('an event is told apart by its type', () => {
  suno.on('*', (event) => {
    if (event.type === 'video:complete') expectTypeOf(event.videoUrl).toEqualTypeOf<string>()
    else if (event.type === 'error') expectTypeOf(event.reason).toExtend<string>()
    // @ts-expect-error -- only a video has it
    else expectTypeOf(event.videoUrl).toBeAny()
  })
})

test('a listener may be synchronous or not, and return what it likes', () => {
  const save = async (event: SunoEvent) => Promise.resolve({ rows: event.key.length })
  suno.on('*', save).on('music:complete', save).off('*', save)
  suno.on('music:complete', () => 5)
  suno.on('music:complete', async (event, { signal }) => {
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    await fetch(event.tracks[0]?.audioUrl ?? '', { signal })
    return event
  })
  expectTypeOf(suno.on('error', () => undefined)).toEqualTypeOf<SunoCallbacks>()
  expectTypeOf<Listener<MusicCompleteEvent>>().toBeCallableWith({} as MusicCompleteEvent, {
    signal: new AbortController().signal,
  })
})

test('a misspelt name, a wrong listener, an unknown option do not compile', () => {
  // @ts-expect-error -- no such event
  const misspelt = () => suno.on('music:completed', () => undefined)
  // @ts-expect-error -- no such event
  const never = () => suno.once('music', () => undefined)
  // @ts-expect-error -- a video has no tracks
  const wrongField = () => suno.on('video:complete', (event) => event.tracks)
  // @ts-expect-error -- a listener of videos gets no music
  const wrongEvent = () => suno.on('music:complete', (event: EventMap['video:complete']) => event.videoUrl)
  // @ts-expect-error -- no such kind
  const kind = () => suno.callbackUrl('musik')
  // @ts-expect-error -- metadata are strings
  const metadata = () => suno.callbackUrl('music', { metadata: { orderId: 42 } })
  // @ts-expect-error -- misspelt option
  const option = () => new SunoCallbacks({ verify: false, deadlineMS: 1 })
  // @ts-expect-error -- true is no verifier
  const verify = () => new SunoCallbacks({ verify: true })
  // @ts-expect-error -- no such sample
  const body = () => sample('music')
  // @ts-expect-error -- events cannot be changed
  suno.on('music:complete', (event) => (event.taskId = 'other'))
  expectTypeOf([misspelt, never, wrongField, wrongEvent, kind, metadata, option, verify, body]).toBeArray()
})

test('a body that is one only after another step does not compile; what a JSON parser answers does', () => {
  type Of<T> = { readonly body: T }
  expectTypeOf<Of<Promise<unknown>>>().not.toExtend<Delivery>()
  expectTypeOf<Of<ReturnType<Request['json']>>>().not.toExtend<Delivery>()
  expectTypeOf<Of<Request>>().not.toExtend<Delivery>()
  expectTypeOf<Of<Response>>().not.toExtend<Delivery>()
  expectTypeOf<Of<Blob>>().not.toExtend<Delivery>()
  expectTypeOf<Of<IncomingMessage>>().not.toExtend<Delivery>()
  expectTypeOf<Of<ReadableStream>>().not.toExtend<Delivery>()
  expectTypeOf<Of<ArrayBuffer>>().not.toExtend<Delivery>()
  expectTypeOf<Of<DataView>>().not.toExtend<Delivery>()
  expectTypeOf<Of<() => ArrayBuffer>>().not.toExtend<Delivery>()
  expectTypeOf<Of<number | null>>().not.toExtend<Delivery>()
  expectTypeOf<Of<Promise<unknown>>>().not.toExtend<Pick<HandleRequest, 'body'>>()
  interface Callback {
    readonly code: number
    readonly data: { readonly task_id: string }
  }
  expectTypeOf<Of<Callback>>().toExtend<Delivery>()
  expectTypeOf<Of<Record<string, unknown>>>().toExtend<Delivery>()
  expectTypeOf<Of<object>>().toExtend<Delivery>()
  expectTypeOf<Of<readonly Callback[]>>().toExtend<Delivery>()
  expectTypeOf<Of<Buffer>>().toExtend<Delivery>()
  expectTypeOf<Of<Uint8Array | string>>().toExtend<Delivery>()
  expectTypeOf<Of<() => Promise<Callback>>>().toExtend<Delivery>()
})

test('a name of the metadata may be missing, and the metadata of an event fit the next callback URL', () => {
  expectTypeOf<Metadata[string]>().toEqualTypeOf<string | undefined>()
  suno.on('music:complete', ({ metadata }) => {
    expectTypeOf(suno.callbackUrl('wav', { metadata })).toBeString()
  })
})

test('every option accepts undefined', () => {
  expectTypeOf(SunoCallbacks).toBeConstructibleWith({
    secret: undefined,
    verify: undefined,
    store: undefined,
    logger: undefined,
  })
  expectTypeOf(SunoCallbacks).toBeConstructibleWith({ secret: ['a', 'b'], logger: console, staleStages: 'deliver' })
})

test('outcomes are told apart by their status', () => {
  const describe = (outcome: Outcome): string => {
    expectTypeOf(outcome.durationMs).toEqualTypeOf<number>()
    expectTypeOf(outcome.type).toEqualTypeOf<EventType | null>()
    switch (outcome.status) {
      case 'handled':
        expectTypeOf(outcome.key).toEqualTypeOf<string>()
        return String(outcome.leaseLost)
      case 'handed-off':
      case 'duplicate':
      case 'stale':
      case 'ignored':
        return outcome.type
      case 'in-flight':
      case 'deadline':
        return String(outcome.retryAfterMs)
      case 'rejected':
        return outcome.reason + outcome.error.code
      case 'failed':
      case 'unavailable':
        return outcome.error.message
    }
  }
  expectTypeOf(describe).returns.toBeString()
  expectTypeOf(toResponse({} as Outcome)).toEqualTypeOf<Answer>()
  expectTypeOf(suno.receive({ body: '{}' })).resolves.toEqualTypeOf<Outcome | ProbeOutcome>()
  expectTypeOf(suno.close()).resolves.toBeNumber()
})

test('a handoff takes plain JSON, and its worker runs it', () => {
  const handoff: Handoff = {
    accept: (stored) => {
      expectTypeOf(stored).toEqualTypeOf<StoredDelivery>()
      return Promise.resolve()
    },
  }
  expectTypeOf(SunoCallbacks).toBeConstructibleWith({ verify: false, handoff })
  expectTypeOf(suno.run({} as StoredDelivery)).resolves.toBeVoid()
  expectTypeOf(suno.run({} as StoredDelivery, { signal: undefined })).resolves.toBeVoid()
})

test('stores, verifiers and bodies of the user’s own fit', () => {
  const store: IdempotencyStore = {
    claim: () => Promise.resolve({ status: 'in-flight', retryAfterMs: 1 }),
    complete: () => Promise.resolve(true),
    release: () => Promise.resolve(true),
  }
  const verify: Verifier = async ({ headers, taskId, rawBody }) => {
    expectTypeOf(rawBody).toEqualTypeOf<Uint8Array | null>()
    return Promise.resolve(headers['x-token'] === taskId)
  }
  expectTypeOf(SunoCallbacks).toBeConstructibleWith({ verify, store })
  expectTypeOf(memoryStore({ maxKeys: 10 })).toExtend<IdempotencyStore>()
  expectTypeOf(kieSignature('key')).toEqualTypeOf<Verifier>()
  void suno.receive({ body: new Uint8Array(), kind: 'music', query: '?a=1', headers: {} })
  void suno.receive({ body: async () => Promise.resolve('{}') })
  void suno.receive({ body: ({ maxBytes }) => Promise.resolve(Buffer.alloc(maxBytes)) })
})
