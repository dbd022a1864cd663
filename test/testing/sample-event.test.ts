import { describe, expect, expectTypeOf, test } from 'vitest'
import type { EventType, MusicCompleteEvent, SunoEvent } from '../../src/index.js'
import { EVENT_TYPES, KINDS } from '../../src/events/kinds/index.js'
import { PROVIDER_NAMES, type ProviderName } from '../../src/polling/endpoints.js'
import { sample, sampleEvent, type SampleEventOptions, type SampleOptions } from '../../src/testing/index.js'
import { receiver } from '../support/receiver.js'

describe('overrides', () => {
  const audioUrl = 'https://files.example.com/mine.mp3'
  const cases: readonly (readonly [EventType, SampleEventOptions, object])[] = [
    [
      'music:text',
      { tracks: [{ streamAudioUrl: audioUrl }] },
      { tracks: [{ streamAudioUrl: audioUrl, audioUrl: null }] },
    ],
    ['music:first', { tracks: [{ audioUrl }] }, { tracks: [{ audioUrl, prompt: expect.any(String) as string }] }],
    [
      'music:complete',
      { tracks: [{ title: 'Mine', tags: ['calm', 'folk'], createdAt: new Date(1e12) }, { title: undefined }, {}] },
      {
        tracks: [
          { title: 'Mine', tags: ['calm', 'folk'], createdAt: new Date(1e12) },
          { title: 'Harbour Lantern' },
          { title: 'Harbour Lantern' },
        ],
      },
    ],
    [
      'music:complete',
      { tracks: [{ imageUrl: null, createdAt: null }] },
      { tracks: [{ imageUrl: null, createdAt: null }] },
    ],
    ['music:complete', { message: 'done' }, { message: 'done' }],
    ['lyrics:complete', { lyrics: [{ title: 'Mine' }] }, { lyrics: [{ title: 'Mine' }], failures: [] }],
    [
      'lyrics:complete',
      { lyrics: [{ text: 'a' }], failures: [{ title: 'b', errorMessage: 'c' }] },
      { lyrics: [{ text: 'a' }], failures: [{ title: 'b', errorMessage: 'c' }] },
    ],
    ['video:complete', { videoUrl: audioUrl }, { videoUrl: audioUrl }],
    ['voice:ready', { voiceId: 'v' }, { voiceId: 'v' }],
    ['phrase:ready', { phrase: 'p' }, { phrase: 'p' }],
    ['wav:complete', { audioWavUrl: audioUrl }, { audioWavUrl: audioUrl }],
    [
      'stems:complete',
      { stems: { drumsUrl: audioUrl, vocalUrl: null } },
      { stems: { drumsUrl: audioUrl, vocalUrl: null } },
    ],
    [
      'stems:complete',
      {
        originUrl: audioUrl,
        originData: [{ extract: { id: 'i', audioUrl, duration: 1, stemTypeGroupName: 'Lead' }, remove: null }],
      },
      { originUrl: audioUrl, originData: [{ extract: { id: 'i', audioUrl, duration: 1, stemTypeGroupName: 'Lead' } }] },
    ],
    [
      'midi:complete',
      { instruments: [{ name: 'Oboe', notes: [{ pitch: 60, start: 0, end: 1, velocity: 1 }] }] },
      { instruments: [{ name: 'Oboe', notes: [{ pitch: 60, start: 0, end: 1, velocity: 1 }] }] },
    ],
    ['cover:complete', { images: [audioUrl] }, { images: [audioUrl] }],
    [
      'recovery:complete',
      { recovered: [{ id: 'a', audioUrl }], failures: [{ error: 'clip_error' }] },
      { recovered: [{ id: 'a', audioUrl }], failures: [{ error: 'clip_error' }] },
    ],
    ['error', { code: 599, message: 'no' }, { code: 599, message: 'no', reason: 'unknown' }],
    ['error', { reason: 'refunded', errorCode: 7 }, { code: 531, reason: 'refunded', errorCode: 7 }],
    ['error', { kind: 'voice', message: 'too short' }, { kind: 'voice', message: 'too short', errorCode: 500 }],
    ['error', { kind: 'midi', errorCode: 3 }, { kind: 'midi', errorCode: 3 }],
    [
      'unknown',
      { code: 201, message: 'new', data: { hologram_url: null, depth: 3 } },
      { code: 201, message: 'new', kind: null },
    ],
  ]

  test.each(cases.flatMap((one) => PROVIDER_NAMES.map((provider) => [...one, provider] as const)))(
    'of %s stand in the event: %j',
    (type, overrides, expected, provider) => {
      const options = { ...overrides, provider, taskId: 'task-1' } as SampleEventOptions
      expect(sampleEvent(type, options)).toMatchObject({ ...expected, type, taskId: 'task-1' })
    },
  )

  test('of a body stand at the place and in the spelling of its provider', () => {
    const overrides = { tracks: [{ title: 'Mine', audioUrl, createdAt: new Date(1e12) }] }
    const { data } = sample('music:complete', { overrides })
    expect(data.data).toHaveLength(1)
    expect(data.data[0]).toMatchObject({ title: 'Mine', audio_url: audioUrl, createTime: 1e12, duration: 198.44 })
    expect(
      sample('wav:complete', { provider: 'apibox', overrides: { audioWavUrl: audioUrl } }).data.audio_wav_url,
    ).toBe(audioUrl)
    expect(sample('wav:complete', { provider: 'kie', overrides: { audioWavUrl: audioUrl } }).data.audioWavUrl).toBe(
      audioUrl,
    )
    const stems = sample('stems:complete', { provider: 'kie', overrides: { stems: { drumsUrl: audioUrl } } })
    expect(stems.data.vocal_separation_info).toMatchObject({ drums_url: audioUrl, origin_url: '' })
  })

  test('that are unknown are refused, and the near name is said', () => {
    const refuse = (run: () => unknown, code: string, words: string) =>
      expect(run).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) as string }) as Error)
    const titel = { tracks: [{ titel: 'Mine' }] } as object
    refuse(() => sample('music:complete', { overrides: titel }), 'OPTION_UNKNOWN', 'Did you mean "title"?')
    refuse(
      () => sample('music:complete', { overrides: { track: [] } as object }),
      'OPTION_UNKNOWN',
      'Did you mean "tracks"?',
    )
    refuse(() => sample('music:complete', { override: {} } as object), 'OPTION_UNKNOWN', 'Did you mean "overrides"?')
    refuse(() => sample('music:complete', { overrides: 7 as never }), 'OPTION_INVALID', 'an object')
    refuse(() => sample('music:complete', { overrides: { tracks: {} } as object }), 'OPTION_INVALID', 'a list')
    const stems = { stems: { drumUrl: 'x' } } as object
    refuse(() => sample('stems:complete', { overrides: stems }), 'OPTION_UNKNOWN', 'Did you mean "drumsUrl"?')
    refuse(() => sample('stems:complete', { overrides: { stems: 'x' } as object }), 'OPTION_INVALID', 'an object')
    refuse(() => sample('error', { overrides: { reason: 'bad' } as object }), 'OPTION_INVALID', 'refused, timeout')
    refuse(() => sample('music:complete', { provider: 'kia' as ProviderName }), 'OPTION_INVALID', 'Did you mean "kie"?')
  })
})

describe('a sample event', () => {
  test.each(EVENT_TYPES.flatMap((type) => PROVIDER_NAMES.map((provider) => [type, provider] as const)))(
    'of %s by %s is what a listener gets of that body',
    async (type, provider) => {
      const suno = receiver()
      const events: SunoEvent[] = []
      suno.on('*', (event) => events.push(event))
      const metadata = { orderId: '42' }
      const event = sampleEvent(type, { taskId: 'task-1', provider, metadata })
      await suno.handle({
        body: event.raw as object,
        kind: event.kind,
        metadata,
        source: 'record',
        receivedAt: event.receivedAt,
      })
      expect(events).toEqual([{ ...event, source: 'record' }])
      expect(Object.isFrozen(event)).toBe(true)
      expect(event.raw).toEqual(sample(type, { taskId: 'task-1', provider }))
    },
  )

  test.each(KINDS)('of a failure is of the kind that is asked for: %s', (kind) => {
    expect(sampleEvent('error', { kind })).toMatchObject({ type: 'error', kind, reason: expect.any(String) as string })
  })

  test('has the type of its listener, and the origin that it is given', () => {
    const receivedAt = new Date(1.7e12)
    const event = sampleEvent('music:complete', { receivedAt, source: 'replay', tracks: [{ title: 'Mine' }] })
    expectTypeOf(event).toEqualTypeOf<MusicCompleteEvent>()
    expect(event).toMatchObject({ receivedAt, source: 'replay', metadata: {}, stage: 'complete' })
    expect(event.taskId).toMatch(/^[0-9a-f]{32}$/)
    expect(sampleEvent('unknown', { kind: 'video' }).kind).toBe('video')
    // @ts-expect-error -- tracks are of music
    expect(() => sampleEvent('video:complete', { tracks: [] })).toThrow('There is no option "tracks"'.slice(6))
  })

  test('refuses what would be another event, and what there is not', () => {
    const refuse = (run: () => unknown, code: string, words: string) =>
      expect(run).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) as string }) as Error)
    refuse(() => sampleEvent('music:complete', { tracks: [] }), 'OPTION_INVALID', 'it is no music:complete')
    refuse(() => sampleEvent('music:done' as 'error'), 'EVENT_UNKNOWN', 'no event "music:done"')
    refuse(() => sampleEvent('error', { taskID: 'x' } as object), 'OPTION_UNKNOWN', 'Did you mean "taskId"?')
    refuse(() => sampleEvent('error', { kind: 'musik' as 'music' }), 'KIND_UNKNOWN', 'Did you mean "music"?')
    refuse(() => sampleEvent('error', { receivedAt: 'now' as never }), 'OPTION_INVALID', 'valid Date')
    refuse(() => sampleEvent('error', { source: 'poll' as never }), 'OPTION_INVALID', '"record"')
    refuse(() => sampleEvent('error', { metadata: new Map() as never }), 'METADATA_INVALID', 'metadata')
    refuse(() => sampleEvent('error', { taskId: 7 as never }), 'OPTION_INVALID', 'taskId')
    refuse(() => sampleEvent('error', null as never), 'OPTION_INVALID', 'must be an object')
  })

  test('every option of a sample is one of the event too', () => {
    expectTypeOf<keyof Omit<SampleOptions, 'overrides'>>().toExtend<keyof SampleEventOptions>()
  })
})
