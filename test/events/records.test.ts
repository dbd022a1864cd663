/** One stage of one task, told by a callback, by a record of polling and by a job of kie.ai: the same event under the same key. */
import { describe, expect, test } from 'vitest'
import { readEnvelope } from '../../src/events/envelope.js'
import type { ErrorReason, Kind, SunoEvent } from '../../src/events/types.js'
import { toEvent } from '../../src/events/to-event.js'
import type { EventType } from '../../src/index.js'
import { KINDS } from '../../src/events/kinds/index.js'
import { sample } from '../../src/testing/index.js'
import { receiver } from '../support/receiver.js'

const RECEIVED_AT = new Date('2026-01-01T00:00:00Z')

function read(body: unknown, kind: Kind | null = null): SunoEvent {
  return toEvent(readEnvelope(body), { kind, metadata: {}, receivedAt: RECEIVED_AT, source: 'record' }, undefined)
}

const track = (n: number) => ({ id: `s${String(n)}`, audioUrl: `https://a/${String(n)}.mp3` })
const recovered = { id: 'a', audio_url: 'https://a/a.m4a', title: 'A', status: 'success', error: '' }
const notes = [{ name: 'Drums', notes: [{ pitch: 36, start: 0, end: 1, velocity: 1 }] }]

/** What a record has beside its ids, and the `resultJson` of a job, by kind. */
const RESULTS: Readonly<Record<Kind, { readonly record: object; readonly job: unknown; readonly type: EventType }>> = {
  music: {
    record: { status: 'SUCCESS', response: { taskId: 't', sunoData: [track(1), track(2)] } },
    job: { code: 200, data: [track(1), track(2)] },
    type: 'music:complete',
  },
  lyrics: {
    record: { status: 'SUCCESS', response: { taskId: 't', data: [{ text: 'la', title: 'A', status: 'complete' }] } },
    job: { resultObject: { lyricsData: [{ text: 'la', title: 'A' }] } },
    type: 'lyrics:complete',
  },
  video: {
    record: { successFlag: 'SUCCESS', response: { videoUrl: 'https://a/1.mp4' } },
    job: { resultUrls: ['https://a/1.mp4?x=1'] },
    type: 'video:complete',
  },
  voice: { record: { status: 'success', voiceId: 'v' }, job: { voice_id: 'v' }, type: 'voice:ready' },
  phrase: {
    record: { status: 'wait_validating', validateInfo: 'p' },
    job: { verify_phrase_id: '7', verify_phrase_text: 'p' },
    type: 'phrase:ready',
  },
  wav: {
    record: { successFlag: 'SUCCESS', response: { audio_wav_url: 'https://a/1.wav' } },
    job: { resultUrls: ['https://a/1.wav'] },
    type: 'wav:complete',
  },
  stems: {
    record: { successFlag: 'SUCCESS', response: { originUrl: null, vocalUrl: 'https://a/v.mp3' } },
    job: { resultUrls: ['https://a/7_Vocals.mp3', 'https://a/7_Lead%20Vocal.mp3'] },
    type: 'stems:complete',
  },
  midi: {
    record: { successFlag: 1, midiData: { state: 'complete', instruments: notes } },
    job: { instruments: notes },
    type: 'midi:complete',
  },
  cover: {
    record: { successFlag: 1, errorCode: 200, response: { images: ['https://a/1.png'] } },
    job: { result_urls: ['https://a/1.png', 'https://a/2.webp'] },
    type: 'cover:complete',
  },
  recovery: {
    record: { state: 'success', response: [recovered] },
    job: { data: [recovered] },
    type: 'recovery:complete',
  },
}

describe.each(KINDS)('%s', (kind) => {
  const { record, job, type } = RESULTS[kind]
  const keyOf = (event: SunoEvent) => event.key.split(':').slice(0, 3).join(':')
  const callback = read(sample(type, { taskId: 't' }), kind)
  const resultJson = JSON.stringify(job)
  const spellings: readonly (readonly [string, unknown])[] = [
    [
      'a record',
      { code: 200, msg: 'success', data: { taskId: 't', param: '{}', callbackUrl: 'https://app/x', ...record } },
    ],
    ['a record at the root', { taskId: 't', ...record }],
    [
      'a job',
      { code: 200, data: { taskId: 't', model: 'ai-music-api/x', state: 'success', resultJson, failCode: '' } },
    ],
    ['a job at the root', { taskId: 't', state: 'success', resultJson }],
    ['a job whose result came as an object', { taskId: 't', state: 'success', resultJson: job }],
  ]

  test.each(spellings)('%s is the same event as its callback, pinned and unpinned', (_, body) => {
    for (const pinned of [kind, null]) {
      const event = read(body, pinned)
      expect([event.type, event.kind, keyOf(event)]).toEqual([type, kind, keyOf(callback)])
    }
  })

  test.each(spellings)('%s of another kind is no success on its URL', (_, body) => {
    for (const other of KINDS.filter((one) => one !== kind)) {
      expect(read(body, other).type).toMatch(/^(unknown|error)$/)
    }
  })

  test.each<[object, ErrorReason, number | null]>([
    [{ errorCode: 413, errorMessage: "Can't fetch the uploaded audio." }, 'source', 413],
    [{ errorCode: 413, errorMessage: 'Matches an existing work.' }, 'conflict', 413],
    [{ failCode: '451', failMsg: 'm' }, 'source', 451],
    [{ status: 'SENSITIVE_WORD_ERROR' }, 'refused', null],
    [{ status: 'CREATE_TASK_FAILED' }, 'server', null],
    [{ status: 'GENERATE_AUDIO_FAILED' }, 'generation', null],
    [{ status: 'fail' }, 'unknown', null],
  ])('a record that says %j is the error %s', (more, reason, errorCode) => {
    const body = { code: 200, msg: 'success', data: { taskId: 't', status: 'FAILED', response: null, ...more } }
    expect(read(body, kind)).toMatchObject({ type: 'error', kind, reason, errorCode, key: `${kind}:error:t` })
  })

  test.each(['PENDING', 'waiting', 'queuing', 'generating', 'processing', 'CALLBACK_EXCEPTION', 0, '0'])(
    'a task that is %j is neither success nor failure, and ignored while nobody listens for unknown',
    async (state) => {
      for (const name of ['status', 'state', 'successFlag']) {
        for (const body of [
          { taskId: 't', [name]: state },
          { code: 200, data: { taskId: 't', [name]: state } },
        ]) {
          const suno = receiver().on('music:complete', () => undefined)
          expect(await suno.receive({ body, kind })).toMatchObject({ status: 'ignored', type: 'unknown' })
          const seen: SunoEvent[] = []
          const curious = receiver().on('unknown', (event) => seen.push(event))
          expect((await curious.receive({ body, kind })).status).toBe('handled')
          expect(seen).toMatchObject([{ raw: body }])
        }
      }
    },
  )
})

test('codes and states count wherever they stand, in either spelling; what is no word or code counts nowhere', () => {
  const at = (data: object, code: unknown = 200) => read({ code, data: { taskId: 't', ...data } }, 'music')
  expect(at({ code: 501 })).toMatchObject({ type: 'error', reason: 'generation', code: 501 })
  expect(at({ response: { code: '451' } })).toMatchObject({ type: 'error', reason: 'source', code: 451 })
  expect(at({ code: 200 }, 500)).toMatchObject({ type: 'error', reason: 'server', code: 500 })
  expect(at({ code: 413 }, null)).toMatchObject({ type: 'error', reason: 'conflict', code: 413, message: null })
  for (const more of [{ code: 'x' }, { response: { code: {} } }, { status: 1.5 }, { state: true }]) {
    expect(at(more)).toMatchObject({ type: 'unknown', code: 200 })
  }
  expect(at({ success_flag: 'FAILED' }).type).toBe('error')
  expect(at({ success_flag: true, successFlag: 'FAILED' }).type).toBe('error')
  expect(at({ response: { callbackType: 'Text' } }).type).toBe('music:text')
})

test('a result may lie deeper in a result, and beside what is none', () => {
  const job = { taskId: 't', state: 'success', resultJson: '{"code":200,"data":{"info":{"voice_id":"v"}}}' }
  expect(read(job)).toMatchObject({ type: 'voice:ready', voiceId: 'v' })
  const tooDeep = { taskId: 't', resultJson: { data: { info: { response: { info: { voice_id: 'v' } } } } } }
  expect(read(tooDeep, 'voice').type).toBe('unknown')
  const list = [null, 'x', { id: 's0' }, track(1)]
  expect(read({ code: 200, data: { callbackType: 'complete', taskId: 't', data: list } })).toMatchObject({
    type: 'music:complete',
    tracks: [{ id: 's0', audioUrl: null }, { id: 's1' }],
  })
})

test('the integer 2 is a failure of a MIDI alone, and 3 of each kind', () => {
  for (const kind of KINDS) {
    const record = (successFlag: number) => ({ code: 200, data: { taskId: 't', successFlag, response: null } })
    expect(read(record(2), kind).type).toBe(kind === 'midi' ? 'error' : 'unknown')
    expect(read(record(3), kind).type).toBe('error')
    expect(read(record(1), kind).type).toBe('error')
  }
})

test('a file that can be had outweighs a word for failure; a stream, a text, an id or a phrase does not', () => {
  const failed = (more: object) => ({ code: 531, data: { taskId: 't', status: 'FAILED', ...more } })
  expect(read(failed({ response: { sunoData: [track(1)] } }), 'music')).toMatchObject({
    type: 'music:complete',
    code: 531,
  })
  expect(read(failed({ callbackType: 'first', data: [track(1)] }), 'music').type).toBe('music:first')
  expect(read(failed({ audioWavUrl: 'https://a/1.wav' }), 'wav').type).toBe('wav:complete')
  const [stream, words] = [
    { id: 's', streamAudioUrl: 'https://a/s' },
    { id: 's', audio_url: 'words' },
  ]
  for (const list of [[stream], [words]])
    expect(read(failed({ callbackType: 'text', data: list }), 'music').type).toBe('error')
  expect(read(failed({ voiceId: 'v' }), 'voice').type).toBe('error')
  expect(read(failed({ validateInfo: 'p' }), 'phrase').type).toBe('error')
  expect(read(failed({ data: [{ text: 'la', title: 'A' }] }), 'lyrics').type).toBe('error')
})

test('a list of files is of a kind only where their names say so', () => {
  const job = (...resultUrls: readonly string[]) => ({
    code: 200,
    data: { taskId: 't', state: 'success', resultJson: JSON.stringify({ resultUrls }) },
  })
  expect(read(job('https://a/file')).kind).toBeNull()
  for (const kind of ['wav', 'video', 'cover', 'stems'] as const) {
    expect(read(job('https://a/file'), kind).type).toBe(`${kind}:complete`)
    expect(read(job('https://a/x.mid'), kind).type).toBe('unknown')
  }
  expect(read(job('https://a/1.mp3'), 'wav').type).toBe('unknown')
  const stems = read(job('https://a/7_Backing Vocals.mp3?x', 'https://a/7_Lead Vocal.mp3'), 'stems')
  expect(stems).toMatchObject({
    stems: { backingVocalsUrl: 'https://a/7_Backing Vocals.mp3?x', vocalUrl: null },
    originData: [{ extract: { audioUrl: 'https://a/7_Lead Vocal.mp3' }, remove: null }],
  })
  expect(read(job('https://a/1_Vocals.mp3', 'https://a/2_Vocals.mp3'), 'stems')).toMatchObject({
    stems: { vocalUrl: 'https://a/1_Vocals.mp3' },
    originData: [{ extract: { audioUrl: 'https://a/2_Vocals.mp3' }, remove: null }],
  })
})

test('stems stand in four places, and an advanced separation may be a flat list', () => {
  const stem = { vocal_url: 'v' }
  const at = (data: object) => ({ code: 200, data: { task_id: 't', ...data } })
  for (const body of [
    at({ vocal_removal_info: stem }),
    at({ vocal_separation_info: stem }),
    at({ response: stem }),
    at(stem),
  ]) {
    for (const kind of ['stems', null] as const) expect(read(body, kind)).toMatchObject({ stems: { vocalUrl: 'v' } })
  }
  const flat = at({ vocal_removal_info: { origin_data: [{ stem_type_group_name: 'Lead Vocal', audio_url: 'l' }, {}] } })
  expect(read(flat)).toMatchObject({
    originData: [{ extract: { audioUrl: 'l', stemTypeGroupName: 'Lead Vocal' }, remove: null }],
  })
})

test('files expire from the end of the task, else from their making, and never later than 14 days after they came', () => {
  const days = 14 * 24 * 60 * 60 * 1000
  const at = (more: object) => read({ code: 200, data: { taskId: 't', videoUrl: 'v', ...more } }, 'video')
  const [completeTime, createTime] = ['2025-12-30T00:00:00Z', Date.parse('2025-12-29T00:00:00Z')]
  const expiry = (iso: string) => ({ expiresAt: new Date(Date.parse(iso) + days) })
  expect(at({ completeTime, createTime })).toMatchObject(expiry('2025-12-30T00:00:00Z'))
  expect(at({ create_time: createTime })).toMatchObject(expiry('2025-12-29T00:00:00Z'))
  expect(at({ completeTime: '2027-01-01T00:00:00Z' })).toMatchObject(expiry('2026-01-01T00:00:00Z'))
  expect(read({ task_id: 't', code: 200, completeTime, data: [recovered] })).toMatchObject(expiry(completeTime))
})

describe('a body of another kind than its URL', () => {
  const listening = () => receiver().on('music:complete', () => undefined)

  test('is refused with both kinds and the fix', async () => {
    for (const kind of KINDS) {
      const type = RESULTS[kind].type
      const pinned = kind === 'music' ? 'video' : 'music'
      const outcome = await listening().receive({ body: sample(type, { taskId: 't' }), kind: pinned })
      expect(outcome).toMatchObject({ status: 'rejected', reason: 'unrecognised', error: { code: 'OTHER_KIND' } })
      const { message } = (outcome as { error: Error }).error
      for (const word of [`kind "${kind}"`, `kind "${pinned}"`, `callbackUrl("${kind}")`])
        expect(message).toContain(word)
    }
  })

  test('is of no known shape where it fits none, two, or another without a result', async () => {
    for (const body of [
      sample('unknown', { taskId: 't' }),
      { code: 200, data: { task_id: 't', audio_wav_url: 'w', voice_id: 'v' } },
      { code: 200, data: { task_id: 't', audio_wav_url: { id: 1 } } },
      { code: 200, data: { audio_wav_url: 'w' } },
    ]) {
      const outcome = await listening().receive({ body, kind: 'video' })
      expect(outcome).toMatchObject({ status: 'rejected', error: { code: 'UNRECOGNISED' } })
    }
  })

  test('is handed to whoever listens for unknown bodies', async () => {
    const seen: SunoEvent[] = []
    const suno = receiver().on('unknown', (event) => seen.push(event))
    await suno.receive({ body: sample('lyrics:complete', { taskId: 't' }), kind: 'music' })
    expect(seen).toMatchObject([{ type: 'unknown', kind: 'music' }])
  })
})
