/** Bodies of every spelling → events. The provider's own examples are in payloads.test.ts; here are the rules behind them. */
import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { fieldsOf, readEnvelope } from '../src/envelope.js'
import type { EventMap, Kind, SunoEvent } from '../src/events.js'
import { toEvent } from '../src/to-event.js'

const RECEIVED_AT = new Date('2026-01-01T00:00:00Z')

function read(body: unknown, kind: Kind | null = null): SunoEvent {
  return toEvent(readEnvelope(body), { kind, metadata: {}, receivedAt: RECEIVED_AT }, undefined)
}

function readAs<Type extends SunoEvent['type']>(type: Type, body: unknown, kind: Kind | null = null): EventMap[Type] {
  const event = read(body, kind)
  expect(event.type).toBe(type)
  return event as EventMap[Type]
}

/** After collections, in bytes. V8 keeps the shapes of dead objects, and with them their names, for some collections more. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let i = 0; i < 5; i++) collect()
  return process.memoryUsage().heapUsed
}

const song = { id: 's', audio_url: 'https://a/1.mp3' }
const music = (callbackType: unknown, data: unknown, code: unknown = 200) => ({
  code,
  msg: 'the message',
  data: { callbackType, task_id: 't', data },
})

describe('task id', () => {
  test.each([
    ['data.task_id', { code: 200, data: { task_id: 't', video_url: 'v' } }],
    ['data.taskId', { code: 200, data: { taskId: 't', video_url: 'v' } }],
    ['root task_id', { code: 200, task_id: 't', data: { video_url: 'v' } }],
    ['root taskId', { code: 200, taskId: 't', data: { videoUrl: 'v' } }],
  ])('is found in %s', (_, body) => {
    expect(readAs('video:complete', body)).toMatchObject({ taskId: 't', key: 'video:complete:t' })
  })

  test.each([[null], [''], ['  '], [2 ** 60], [1.5], [true], [['t']], [{}]])('%j is none', (id) => {
    expect(readAs('unknown', { code: 200, data: { task_id: id, video_url: 'v' } }).taskId).toBeNull()
  })

  test('stands in the key as it is while it is short and printable, else as its hash', () => {
    const keyOf = (id: string) => read({ code: 200, data: { task_id: id, video_url: 'v' } }).key
    const hashed = (id: string) => `video:complete:sha256-${createHash('sha256').update(id, 'utf16le').digest('hex')}`
    const longest = '!~'.repeat(64)
    expect(keyOf(longest)).toBe(`video:complete:${longest}`)
    for (const id of [`${longest}!`, 'a b', 'a\nb', 'é', '🎵', '\ud800', '\ud801']) expect(keyOf(id)).toBe(hashed(id))
    expect(keyOf('\ud800')).not.toBe(keyOf('\ud801'))
  })
})

describe('music', () => {
  test('reads every field of a track in either spelling, and nothing of a track that has none', () => {
    const snake = {
      id: 's',
      audio_url: 'a',
      stream_audio_url: 'sa',
      source_audio_url: 'soa',
      source_stream_audio_url: 'sosa',
      image_url: 'i',
      source_image_url: 'soi',
      prompt: 'p',
      model_name: 'm',
      title: 't',
      tags: 'folk, calm ,, ',
      createTime: 1758044664461,
      duration: 118,
    }
    const camel = {
      id: 's',
      audioUrl: 'a',
      streamAudioUrl: 'sa',
      sourceAudioUrl: 'soa',
      sourceStreamAudioUrl: 'sosa',
      imageUrl: 'i',
      sourceImageUrl: 'soi',
      prompt: 'p',
      modelName: 'm',
      title: 't',
      tags: ['folk', 'calm', '', null],
      create_time: '1758044664461',
      duration: '118',
    }
    const expected = {
      id: 's',
      audioUrl: 'a',
      streamAudioUrl: 'sa',
      sourceAudioUrl: 'soa',
      sourceStreamAudioUrl: 'sosa',
      imageUrl: 'i',
      sourceImageUrl: 'soi',
      prompt: 'p',
      modelName: 'm',
      title: 't',
      tags: ['folk', 'calm'],
      createdAt: new Date(1758044664461),
      duration: 118,
    }
    const nothing = Object.fromEntries(Object.keys(expected).map((name) => [name, name === 'tags' ? [] : null]))
    const { tracks } = readAs('music:complete', music('complete', [snake, camel, {}, null, 'x', []]))
    expect(tracks).toEqual([expected, expected, nothing])
  })

  test('of two spellings in one body the one with a value wins', () => {
    for (const track of [
      { audio_url: '', audioUrl: 'a' },
      { audioUrl: 'a', audio_url: '' },
      { audioUrl: null, audio_url: 'a' },
    ]) {
      expect(readAs('music:complete', music('complete', [track])).tracks[0]?.audioUrl).toBe('a')
    }
  })

  test.each([
    ['2025-01-01 00:00:00', null],
    ['2025-01-01T00:00:00', null],
    ['2025-01-01T00:00:00Z', '2025-01-01T00:00:00.000Z'],
    ['2025-01-01 00:00:00.5+02:00', '2024-12-31T22:00:00.500Z'],
    ['2025-13-01T00:00:00Z', null],
    [1758044664, null],
    [1e300, null],
    ['yesterday', null],
    [true, null],
  ])('createTime %j is the instant %j', (createTime, instant) => {
    const [track] = readAs('music:complete', music('complete', [{ ...song, createTime }])).tracks
    expect(track?.createdAt?.toISOString() ?? null).toBe(instant)
  })

  test.each([
    [198.44, 198.44],
    ['198.44', 198.44],
    [0, 0],
    ['long', null],
    ['', null],
    [null, null],
    [{}, null],
  ])('duration %j is %j seconds', (duration, seconds) => {
    expect(readAs('music:complete', music('complete', [{ ...song, duration }])).tracks[0]?.duration).toBe(seconds)
  })

  test('text needs no track, and may bring some', () => {
    for (const data of [[], null, undefined]) expect(readAs('music:text', music('text', data)).tracks).toEqual([])
    expect(readAs('music:text', music('text', [{ stream_audio_url: 's' }])).tracks).toMatchObject([
      { streamAudioUrl: 's' },
    ])
  })

  test('first is one playable track or more; one without any is not the failure of the task, but unknown', () => {
    expect(readAs('music:first', music('first', [{ stream_audio_url: 's' }, { audio_url: '' }])).tracks).toHaveLength(2)
    for (const data of [[], null, [{ id: 's', audio_url: '' }]])
      expect(read(music('first', data), 'music').type).toBe('unknown')
  })

  test('complete is one playable track or more; nothing at all is an error, something unreadable is unknown', () => {
    for (const data of [[], null, [{ id: 's', audio_url: '' }], [null]]) {
      expect(readAs('error', music('complete', data), 'music')).toMatchObject({ reason: 'empty', key: 'music:error:t' })
    }
    for (const data of [
      [{ id: 's', title: 'a song' }],
      'a link',
      { 0: song },
      5,
      Array.from({ length: 1001 }, () => song),
    ]) {
      expect(read(music('complete', data), 'music').type).toBe('unknown')
    }
  })

  test('tracks without their stage, or with one that nobody knows, are unknown: they could be the first or all', () => {
    for (const stage of [undefined, null, '', 'audio']) expect(read(music(stage, [song]), 'music').type).toBe('unknown')
  })

  test('the stage is read whatever its case', () => {
    expect(read(music(' Complete ', [song])).type).toBe('music:complete')
    expect(read(music('ERROR', null), 'music').type).toBe('error')
  })
})

describe('lyrics', () => {
  const lyrics = (items: unknown, more: object = {}) => ({
    code: 200,
    msg: 'ok',
    data: { callbackType: 'complete', taskId: 't', data: items, ...more },
  })

  test('those that succeeded and those that failed are told apart by each one’s status', () => {
    const event = readAs(
      'lyrics:complete',
      lyrics([
        { text: 'la', title: 'A', status: 'complete', errorMessage: '' },
        { text: 'li', title: '', status: 'complete' },
        { text: 'half', title: 'B', status: 'failed', error_message: 'flagged' },
        { text: '', title: 'C', status: 'complete' },
      ]),
    )
    expect(event.lyrics).toEqual([
      { title: 'A', text: 'la' },
      { title: null, text: 'li' },
    ])
    expect(event.failures).toEqual([
      { title: 'B', errorMessage: 'flagged' },
      { title: 'C', errorMessage: null },
    ])
  })

  test('the oldest spelling of the list is read too', () => {
    const items = [{ text: 'la', title: 'A' }]
    expect(readAs('lyrics:complete', lyrics(undefined, { lyricsData: items })).lyrics).toHaveLength(1)
    expect(readAs('lyrics:complete', lyrics(undefined, { lyrics_data: items })).lyrics).toHaveLength(1)
  })

  test('when all of them failed the task did, with the most specific message', () => {
    const all = [
      { text: '', title: 'A', status: 'failed', errorMessage: '' },
      { text: 'x', title: 'B', status: 'failed', errorMessage: 'flagged' },
    ]
    expect(readAs('error', lyrics(all))).toMatchObject({
      kind: 'lyrics',
      reason: 'empty',
      message: 'flagged',
      code: 200,
    })
    expect(readAs('error', lyrics([{ text: '', status: 'failed' }]))).toMatchObject({ message: 'ok' })
    expect(readAs('error', lyrics([{ text: '', errorMessage: 'no' }]), 'lyrics')).toMatchObject({ message: 'no' })
    expect(readAs('error', lyrics([]), 'lyrics').reason).toBe('empty')
  })

  test('what is not lyrics is not taken for lyrics, even on a URL of lyrics', () => {
    expect(read(lyrics([song]), 'lyrics').type).toBe('unknown')
    expect(
      read({ code: 200, data: { task_id: 't', callbackType: 'first', data: [{ text: 'la' }] } }, 'lyrics').type,
    ).toBe('unknown')
    expect(read(lyrics('la la la'), 'lyrics').type).toBe('unknown')
  })
})

describe('video, voice, phrase', () => {
  test('a video link expires 14 days after it was received', () => {
    const event = readAs('video:complete', { code: 200, msg: '', data: { task_id: 't', video_url: 'v' } })
    expect(event).toMatchObject({ videoUrl: 'v', message: null, expiresAt: new Date('2026-01-15T00:00:00Z') })
  })

  test.each(['video', 'voice', 'phrase'] as const)(
    'a %s without its result is an error, or unknown where it has another',
    (kind) => {
      const data = { taskId: 't', status: 'success', errorCode: 0, errorMessage: '' }
      expect(readAs('error', { code: 200, msg: 'success', data }, kind)).toMatchObject({
        reason: 'empty',
        kind,
        errorCode: 0,
      })
      expect(read({ code: 200, data: { ...data, surprise: 'x' } }, kind).type).toBe('unknown')
      expect(read({ code: 200, data: [{ taskId: 't' }], task_id: 't' }, kind).type).toBe('error')
    },
  )

  test('an unknown status does not hide a result', () => {
    const everything = 'wait_processing, processing_validate, processing_validate_fail, wait_validating, success, fail'
    for (const status of [everything, 'done', '', null, undefined, 7]) {
      const event = readAs('voice:ready', { code: 200, data: { taskId: 't', voiceId: 'v', status } })
      expect(event.voiceId).toBe('v')
    }
  })

  test('a task that is still under way is no failure', () => {
    for (const status of ['wait_processing', 'processing_validate', 'anything']) {
      expect(read({ code: 200, data: { taskId: 't', voiceId: '', status } }).type).toBe('unknown')
    }
    expect(read({ code: 201, msg: 'running', data: { taskId: 't', voiceId: '' } }).type).toBe('unknown')
  })

  test('each phrase of a task is an event of its own', () => {
    const phrase = (text: string) =>
      read({ code: 200, data: { taskId: 't', validateInfo: text, status: 'wait_validating' } })
    const digest = createHash('sha256').update('one', 'utf16le').digest('hex')
    expect(phrase('one')).toMatchObject({ type: 'phrase:ready', phrase: 'one', key: `phrase:ready:t:sha256-${digest}` })
    expect(phrase('two').key).not.toBe(phrase('one').key)
  })

  test("a phrase on a voice's URL is not a voice", () => {
    expect(read({ code: 200, data: { taskId: 't', validateInfo: 'one' } }, 'voice')).toMatchObject({
      type: 'unknown',
      kind: 'voice',
    })
    expect(read({ code: 200, data: { taskId: 't', voiceId: 'v' } }, 'video').type).toBe('unknown')
  })
})

describe('failure', () => {
  test.each([
    [400, 'refused'],
    [408, 'timeout'],
    [413, 'conflict'],
    [451, 'source'],
    [500, 'server'],
    [501, 'generation'],
    [531, 'refunded'],
    ['501', 'generation'],
    [505, 'unknown'],
    [599, 'unknown'],
    [0, 'unknown'],
    [-1, 'unknown'],
  ])('code %j is %s', (code, reason) => {
    const event = readAs('error', { code, msg: 'm', data: { task_id: 't' } }, 'music')
    expect(event).toMatchObject({
      reason,
      code: Number(code),
      message: 'm',
      stage: 'error',
      kind: 'music',
      errorCode: null,
    })
  })

  test('is decided by code, stage and status together', () => {
    expect(read(music('complete', null, 400), 'lyrics').type).toBe('error')
    expect(read(music('complete', [song], 531)).type).toBe('error')
    expect(readAs('error', music('error', null, 200), 'music').reason).toBe('unknown')
    for (const status of ['fail', 'failed', 'processing_validate_fail', 'GENERATE_AUDIO_FAILED']) {
      expect(readAs('error', { code: 200, data: { taskId: 't', voiceId: '', status } }).reason).toBe('unknown')
    }
    expect(readAs('error', { code: 200, data: { taskId: 't', voiceId: '', errorCode: 500 } })).toMatchObject({
      reason: 'server',
      errorCode: 500,
    })
    expect(readAs('error', { code: 200, data: { taskId: 't', voiceId: '', status: 'odd', errorCode: 7 } }).reason).toBe(
      'unknown',
    )
  })

  test('an odd code beside a result is no failure, an absent one neither', () => {
    for (const code of [0, undefined, null, 'ok', 200.5])
      expect(read(music('complete', [song], code)).type).toBe('music:complete')
  })

  test('CALLBACK_EXCEPTION is no failure of the task: its record may hold the results', () => {
    const body = { code: 200, data: { taskId: 't', status: 'CALLBACK_EXCEPTION', response: { sunoData: [song] } } }
    expect(read(body, 'music').type).toBe('unknown')
  })

  test.each([
    [{ code: 501, msg: 'outer', data: { task_id: 't', error: 'inner' } }, 'inner'],
    [{ code: 400, msg: 'outer', data: { task_id: 't', errorMessage: 'inner', error: 'other' } }, 'inner'],
    [{ code: 400, msg: 'outer', data: { task_id: 't', errorMessage: '' } }, 'outer'],
    [{ code: 400, error: 'root', msg: 'outer', task_id: 't' }, 'root'],
    [{ code: 400, error_message: 'root', msg: 'outer', task_id: 't' }, 'root'],
    [{ code: 400, message: 'spelt out', task_id: 't' }, 'spelt out'],
    [{ code: 400, task_id: 't' }, null],
  ])('the message is the most specific text', (body, message) => {
    expect(readAs('error', body, 'music').message).toBe(message)
  })

  test('a failure whose kind nothing names has none, and a key of its own', () => {
    const event = readAs('error', { code: 501, data: { task_id: 't' }, error_code: 9 })
    expect(event).toMatchObject({ kind: null, key: 'any:error:t', errorCode: 9 })
  })

  test('a failure without a task id is unknown: it is no task’s', () => {
    expect(read({ code: 422, msg: 'callBackUrl is required', data: null }, 'music').type).toBe('unknown')
  })
})

describe('recognition without a path', () => {
  test.each<[string, unknown, Kind | null]>([
    ['tracks', music('complete', [song]), 'music'],
    ['a track by its model', music('complete', [{ model_name: 'm' }]), 'music'],
    ['a stage that only music has', music('first', null), 'music'],
    ['lyrics', { code: 200, data: { taskId: 't', data: [{ text: 'la', status: 'complete' }] } }, 'lyrics'],
    ['a video, even a failed one', { code: 500, data: { task_id: 't', video_url: null } }, 'video'],
    ['a voice', { code: 200, data: { taskId: 't', voiceId: '' } }, 'voice'],
    ['a phrase', { code: 200, data: { taskId: 't', validateInfo: '' } }, 'phrase'],
    ['an empty list, which fits two', music('complete', []), null],
    ['a body that fits two kinds', { code: 200, data: { taskId: 't', voiceId: 'v', validateInfo: 'p' } }, null],
    ['nothing', { code: 200, data: { taskId: 't' } }, null],
    ['a bare array', { code: 200, task_id: 't', data: [song] }, null],
  ])('%s', (_, body, kind) => {
    expect(read(body).kind).toBe(kind)
  })
})

test('keys that would change an object’s nature are data like any other', () => {
  const body: unknown = JSON.parse(
    '{"code":200,"__proto__":{"task_id":"p"},"constructor":1,"data":{"__proto__":{"video_url":"p"},"task_id":"t","video_url":"v","toString":2}}',
  )
  expect(readAs('video:complete', body)).toMatchObject({ taskId: 't', videoUrl: 'v' })
  expect(({} as { task_id?: unknown }).task_id).toBeUndefined()
})

// The first of all, while there is still room. It was bounded in number alone: 500 names of a mebibyte each stayed for ever.
test('names of fields that are long are not remembered', () => {
  const name = (i: number) => `${String(i)}_${'x'.repeat(2 ** 20)}`
  const before = heapUsed()
  for (let i = 0; i < 50; i++) fieldsOf({ [name(i)]: 1 })
  expect(heapUsed() - before).toBeLessThan(20 * 2 ** 20)
})

test('spellings are read right also when the memory for them is full', () => {
  for (let i = 0; i < 2_000; i++) fieldsOf({ [`invention_${String(i)}`]: 1 })
  expect(fieldsOf({ a_later_one: 1, _private: 2, trailing_: 3, two__lines: 4 })).toEqual({
    aLaterOne: 1,
    _private: 2,
    trailing_: 3,
    twoLines: 4,
  })
})
