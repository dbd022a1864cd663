/** Bodies of every spelling → events. The provider's own examples are in payloads.test.ts; here are the rules behind them. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readEnvelope } from '../../src/events/envelope.js'
import type { EventMap, Kind, SunoEvent } from '../../src/events/types.js'
import { toEvent } from '../../src/events/to-event.js'

const RECEIVED_AT = new Date('2026-01-01T00:00:00Z')

function read(body: unknown, kind: Kind | null = null): SunoEvent {
  return toEvent(readEnvelope(body), { kind, metadata: {}, receivedAt: RECEIVED_AT, source: 'callback' }, undefined)
}

function readAs<Type extends SunoEvent['type']>(type: Type, body: unknown, kind: Kind | null = null): EventMap[Type] {
  const event = read(body, kind)
  expect(event.type).toBe(type)
  return event as EventMap[Type]
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

  test('what cannot be read under one spelling hides nothing under the other', () => {
    const first = { create_time: 'yesterday', createTime: 1758044664461, audio_url: {}, audioUrl: 'a', tags: 'x' }
    expect(readAs('music:complete', music('complete', [first])).tracks[0]).toMatchObject({
      audioUrl: 'a',
      createdAt: new Date(1758044664461),
    })
    const failure = { task_id: 't', error_code: 'x', errorCode: 531, error_message: { a: 1 }, errorMessage: 'Too loud' }
    expect(readAs('error', { code: 500, msg: 'Failed', data: failure })).toMatchObject({
      errorCode: 531,
      message: 'Too loud',
    })
    const cover = { code: 200, data: { task_id: 't', result_json: { a: 1 }, resultJson: '{"images":["i"]}' } }
    expect(read(cover, 'cover')).toMatchObject({ type: 'cover:complete', images: ['i'] })
    const urls = { task_id: 't', state: 'success', result_urls: [{}], resultUrls: ['https://a.example.com/1.wav'] }
    expect(read({ code: 200, data: urls }, 'wav')).toMatchObject({ type: 'wav:complete' })
    const times = { complete_time: 'soon', completeTime: 1758044664461 }
    const song = {
      code: 200,
      data: { task_id: 't', state: 'success', ...times, sunoData: [{ audioUrl: 'a' }, { audioUrl: 'b' }] },
    }
    expect(readAs('music:complete', song).expiresAt).toEqual(new Date(1758044664461 + 14 * 24 * 3_600_000))
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

  test('first is one track or more, playable or at least with an id; without any it is unknown, and no failure', () => {
    expect(readAs('music:first', music('first', [{ stream_audio_url: 's' }, { audio_url: '' }])).tracks).toHaveLength(2)
    const named = readAs('music:first', music('first', [{ id: 's', audio_url: '' }]))
    expect(named.tracks).toMatchObject([{ id: 's', audioUrl: null }])
    for (const data of [[], null, [{ title: 'a song' }]])
      expect(read(music('first', data), 'music').type).toBe('unknown')
  })

  test('complete is one playable track or more; nothing at all is an error, something unreadable is unknown', () => {
    for (const data of [[], null, [{ audio_url: '' }], [null]]) {
      expect(readAs('error', music('complete', data), 'music')).toMatchObject({ reason: 'empty', key: 'music:error:t' })
    }
    for (const data of [
      [{ id: 's', title: 'a song' }],
      [{ id: 's', audio_url: '' }],
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
    for (const status of [' Failed', 'generate-failed', 'Generate Failed']) {
      expect(readAs('error', lyrics([{ text: 'half', title: 'D', status }])).reason).toBe('empty')
    }
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
    expect(readAs('error', lyrics([{ text: '', status: 'failed' }]), 'lyrics')).toMatchObject({ message: 'ok' })
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
      // A video has no status: its code says that it is over. Of a voice and a phrase nothing is said here.
      const bare = { code: 200, data: [{ taskId: 't' }], task_id: 't' }
      expect(read(bare, kind).type).toBe(kind === 'video' ? 'error' : 'unknown')
    },
  )

  test('a result that is nowhere to be looked for is unknown, not a failure', () => {
    for (const body of [
      { task_id: 't', code: 200, data: 'https://a/1.mp4' },
      { taskId: 't', code: 200, state: 'success', resultJson: '["https://a/1.mp4"]' },
      { taskId: 't', code: 200, state: 'success', resultJson: '{"resultUrls":' },
      { taskId: 't', code: 200, state: 'success', resultJson: '{"a":'.repeat(40) + '0' + '}'.repeat(40) },
    ]) {
      expect(read(body, 'video').type).toBe('unknown')
    }
    expect(readAs('error', { task_id: 't', code: 200, msg: 'success' }, 'video').reason).toBe('empty')
  })

  test('a second spelling hides no result, be it empty or of another type', () => {
    for (const other of ['', null, [], {}, { id: 1 }, 7]) {
      for (const spellings of [
        { video_url: 'v', videoUrl: other },
        { video_url: other, videoUrl: 'v' },
      ]) {
        expect(readAs('video:complete', { code: 200, data: { task_id: 't', ...spellings } }).videoUrl).toBe('v')
      }
    }
  })

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

describe('wav', () => {
  test.each([['audioWavUrl'], ['audio_wav_url']])('%s is the file, which expires 14 days later', (field) => {
    const event = readAs('wav:complete', { code: 200, data: { [field]: 'w', task_id: 't' } })
    expect(event).toMatchObject({ audioWavUrl: 'w', expiresAt: new Date('2026-01-15T00:00:00Z') })
  })
})

describe('stems', () => {
  const info = { vocal_url: 'v', instrumental_url: 'i', origin_url: '' }
  const stems = (data: object) => ({ code: 200, msg: 'ok', data: { task_id: 't', ...data } })

  test.each([
    ['vocal_removal_info', { vocal_removal_info: info }],
    ['vocal_separation_info', { vocal_separation_info: info }],
    ['the other spelling', { vocalRemovalInfo: { vocalUrl: 'v', instrumentalUrl: 'i' } }],
    ['the one of both that has files', { vocal_removal_info: { vocal_url: '' }, vocal_separation_info: info }],
    ['the one of both that is not null', { vocal_removal_info: info, vocal_separation_info: null }],
  ])('are read from %s', (_, data) => {
    const event = readAs('stems:complete', stems(data))
    expect(event.stems).toMatchObject({ vocalUrl: 'v', instrumentalUrl: 'i', drumsUrl: null })
    expect(event).toMatchObject({ originUrl: null, originData: [], expiresAt: new Date('2026-01-15T00:00:00Z') })
  })

  test('each has its file, and the song itself is none of them', () => {
    const names = ['vocal', 'instrumental', 'backing_vocals', 'drums', 'bass', 'guitar', 'keyboard', 'piano']
    const others = ['percussion', 'strings', 'synth', 'fx', 'brass', 'woodwinds']
    const urls = Object.fromEntries([...names, ...others, 'origin'].map((name) => [`${name}_url`, `${name}.mp3`]))
    const event = readAs('stems:complete', stems({ vocal_removal_info: urls }))
    expect(event.originUrl).toBe('origin.mp3')
    expect(event.stems).toEqual({
      vocalUrl: 'vocal.mp3',
      instrumentalUrl: 'instrumental.mp3',
      backingVocalsUrl: 'backing_vocals.mp3',
      drumsUrl: 'drums.mp3',
      bassUrl: 'bass.mp3',
      guitarUrl: 'guitar.mp3',
      keyboardUrl: 'keyboard.mp3',
      pianoUrl: 'piano.mp3',
      percussionUrl: 'percussion.mp3',
      stringsUrl: 'strings.mp3',
      synthUrl: 'synth.mp3',
      fxUrl: 'fx.mp3',
      brassUrl: 'brass.mp3',
      woodwindsUrl: 'woodwinds.mp3',
    })
    expect(read(stems({ vocal_removal_info: { origin_url: 'o' } })).type).toBe('unknown')
  })

  test('of an advanced separation are pairs of files, with an address that holds a space as it came', () => {
    const url = 'https://tempfile.aiquickdraw.com/r/eb7d0f18_Lead Vocal.mp3'
    const file = { duration: '194.92', audio_url: url, stem_type_group_name: 'Lead Vocal', id: 's' }
    const pairs = [
      { extract: file, remove: { ...file, audio_url: '', duration: null } },
      { extract: null, remove: file },
      { remove: { ...file, audio_url: '' } },
      'odd',
    ]
    const event = readAs('stems:complete', stems({ vocal_removal_info: { origin_data: pairs } }))
    const read = { id: 's', audioUrl: url, duration: 194.92, stemTypeGroupName: 'Lead Vocal' }
    expect(event.originData).toEqual([
      { extract: read, remove: { ...read, audioUrl: null, duration: null } },
      { extract: null, remove: read },
    ])
    expect(Object.values(event.stems).filter((stem) => stem !== null)).toEqual([])
    expect(new URL(url).href).toContain('Lead%20Vocal')
  })

  test('without any file are an error, and of a shape that nobody knows unknown', () => {
    for (const data of [{}, { vocal_removal_info: null }, { vocal_removal_info: { vocal_url: '' } }]) {
      expect(readAs('error', stems(data), 'stems')).toMatchObject({ reason: 'empty', key: 'stems:error:t' })
    }
    for (const data of [{ vocal_removal_info: [info] }, { vocal_removal_info: { harp_url: 'h' } }]) {
      expect(read(stems(data), 'stems').type).toBe('unknown')
    }
  })
})

describe('midi', () => {
  const note = { pitch: 73, start: '0.25', end: 0.5, velocity: 1 }
  const midi = (instruments: unknown) => ({ code: 200, task_id: 't', data: { state: 'complete', instruments } })

  test('has its task id at the root or inside, and numbers where the provider wrote strings', () => {
    const inside = { code: 200, data: { taskId: 't', instruments: [{ name: 'Drums', notes: [note] }] } }
    for (const body of [inside, midi([{ name: 'Drums', notes: [note] }])]) {
      const event = readAs('midi:complete', body)
      expect(event).toMatchObject({ key: 'midi:complete:t', expiresAt: new Date('2026-01-15T00:00:00Z') })
      expect(event.instruments).toEqual([{ name: 'Drums', notes: [{ pitch: 73, start: 0.25, end: 0.5, velocity: 1 }] }])
    }
  })

  test('keeps a silent instrument and a note with an odd number, and all notes of a long song', () => {
    const event = readAs(
      'midi:complete',
      midi([{ name: '', notes: null }, { notes: [{ ...note, end: 'late', velocity: '' }] }]),
    )
    expect(event.instruments).toEqual([
      { name: null, notes: [] },
      { name: null, notes: [{ pitch: 73, start: 0.25, end: null, velocity: null }] },
    ])
    const long = midi([{ name: 'Drums', notes: Array.from({ length: 20_000 }, () => note) }])
    expect(readAs('midi:complete', long).instruments[0]?.notes).toHaveLength(20_000)
  })

  test('without a note is an error, and of a shape that nobody knows unknown', () => {
    for (const instruments of [[], null, undefined, [{}]]) {
      expect(readAs('error', midi(instruments), 'midi').reason).toBe('empty')
    }
    for (const instruments of [
      [{ name: 'Drums', notes: [] }],
      [{ notes: [{ pitch: 73 }] }],
      [{ notes: [{ start: 1 }] }],
      'C4',
    ]) {
      expect(read(midi(instruments)).type).toBe('unknown')
    }
  })
})

describe('cover', () => {
  const cover = (images: unknown) => ({ code: 200, data: { images, taskId: 't' }, msg: 'success' })

  test('has the images that have an address, which expire 14 days later', () => {
    const event = readAs('cover:complete', cover(['a', '', null, 'b', 5]))
    expect(event).toMatchObject({ images: ['a', 'b'], expiresAt: new Date('2026-01-15T00:00:00Z') })
  })

  test('without an image is an error, and of a shape that nobody knows unknown', () => {
    for (const images of [[], null, ['']]) expect(readAs('error', cover(images)).reason).toBe('empty')
    for (const images of ['a', [5], Array.from({ length: 1001 }, () => 'a')]) {
      expect(read(cover(images)).type).toBe('unknown')
    }
  })
})

describe('recovery', () => {
  const good = { id: 'a', audio_url: 'a.m4a', title: 'A', status: 'success', error: '' }
  const bad = { id: 'b', audio_url: '', title: '', status: 'failed', error: 'clip_not_complete' }
  const recovery = (data: unknown, code = 200) => ({ code, msg: 'success', task_id: 't', data })

  test('is complete when a track is recovered, whatever became of the others', () => {
    const half = { ...good, id: 'c', status: 'failed', error: 'mango_transfer_failed' }
    const event = readAs('recovery:complete', recovery([good, bad, half, { ...good, audio_url: null }]))
    expect(event.recovered).toEqual([{ id: 'a', title: 'A', audioUrl: 'a.m4a' }])
    expect(event.failures).toEqual([
      { id: 'b', title: null, error: 'clip_not_complete' },
      { id: 'c', title: 'A', error: 'mango_transfer_failed' },
      { id: 'a', title: 'A', error: null },
    ])
    expect(event).toMatchObject({ kind: 'recovery', key: 'recovery:complete:t' })
  })

  test('has failed when every track did, with the reason of the first', () => {
    expect(readAs('error', recovery([bad], 500))).toMatchObject({ kind: 'recovery', reason: 'server' })
    expect(readAs('error', recovery([bad]))).toMatchObject({ reason: 'empty', message: 'clip_not_complete' })
    const silent = { ...bad, status: 'pending' }
    expect(readAs('error', recovery([{ ...bad, error: '' }, silent])).message).toBe('clip_not_complete')
    expect(readAs('error', recovery([{ ...bad, error: '' }])).message).toBe('success')
    expect(readAs('error', recovery([]), 'recovery').reason).toBe('empty')
  })

  test('is unknown while it runs, and so are lists that do not tell how each track is', () => {
    expect(read(recovery(null, 201), 'recovery').type).toBe('unknown')
    expect(read(recovery([{ ...bad, title: 'B', status: 'pending', error: '' }])).type).toBe('unknown')
    const clip = { clip_id: 'c', state: 'succeeded', title: 'Song', audio_url: 'a', duration: '104.88' }
    for (const list of [[song], [clip], [{ ...good, id: null }], ['a.m4a']]) {
      expect(read(recovery(list), 'recovery').type).toBe('unknown')
      expect(read(recovery(list)).kind).toBeNull()
    }
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
    expect(read(music('complete', null, 531), 'music').type).toBe('error')
    expect(readAs('error', music('error', null, 200), 'music').reason).toBe('unknown')
    for (const status of ['fail', 'failed', 'processing_validate_fail', ' FAILED ']) {
      expect(readAs('error', { code: 200, data: { taskId: 't', voiceId: '', status } }).reason).toBe('unknown')
    }
    expect(readAs('error', { code: 200, data: { taskId: 't', voiceId: '', errorCode: 500 } })).toMatchObject({
      reason: 'server',
      errorCode: 500,
    })
    // Below 400, a code is no word for failure.
    for (const errorCode of [7, 200, 0]) {
      expect(read({ code: 200, data: { taskId: 't', voiceId: '', status: 'odd', errorCode } }).type).toBe('unknown')
    }
    for (const code of [0, -1]) expect(read({ code, data: { task_id: 't' } }, 'music').type).toBe('unknown')
  })

  test('an odd code beside a result is no failure, an absent one neither', () => {
    for (const code of [0, undefined, null, 'ok', 200.5])
      expect(read(music('complete', [song], code)).type).toBe('music:complete')
  })

  test('CALLBACK_EXCEPTION is no failure of the task: its record may hold the results', () => {
    const record = (sunoData: unknown) => ({
      code: 200,
      data: { taskId: 't', status: 'CALLBACK_EXCEPTION', errorCode: 500, response: { sunoData } },
    })
    // One track may be the first of two.
    expect(read(record([song]), 'music').type).toBe('music:first')
    expect(read(record([song, song]), 'music').type).toBe('music:complete')
    expect(read(record([song, { ...song, audio_url: '' }]), 'music').type).toBe('music:first')
    expect(read(record(null), 'music').type).toBe('unknown')
  })

  test.each(['CALLBACK_EXCEPTION', 'second'])(
    "a song that has only Suno's own link is not complete by the word %s",
    (word) => {
      const own = { ...song, audio_url: '', source_audio_url: 'https://cdn1.suno.ai/1.mp3' }
      const record = (sunoData: unknown) => ({ code: 200, data: { taskId: 't', status: word, response: { sunoData } } })
      expect(read(record([own, own]), 'music').type).toBe('music:first')
      expect(read(record([song, own]), 'music').type).toBe('music:first')
      expect(read(record([song, song]), 'music').type).toBe('music:complete')
      // Where the provider itself says that it is over, the link is what there is.
      const said = { code: 200, data: { taskId: 't', status: 'SUCCESS', response: { sunoData: [own, own] } } }
      expect(read(said, 'music').type).toBe('music:complete')
    },
  )

  test('CALLBACK_EXCEPTION hides no lyrics: where each variant is written, or has failed, they are complete', () => {
    const record = (data: unknown) => ({
      code: 200,
      data: { taskId: 't', status: 'CALLBACK_EXCEPTION', errorCode: 500, response: { taskId: 't', data } },
    })
    const written = { text: 'La', title: 'T', status: 'complete', errorMessage: '' }
    const failed = { text: '', title: 'T', status: 'failed', errorMessage: 'No.' }
    const open = { text: '', title: '', status: 'pending', errorMessage: '' }
    const readLyrics = (...items: readonly object[]) => read(record(items), 'lyrics')
    expect(readLyrics(written, written)).toMatchObject({ type: 'lyrics:complete', lyrics: [{}, {}], failures: [] })
    expect(readLyrics(written, failed)).toMatchObject({ type: 'lyrics:complete', failures: [{ errorMessage: 'No.' }] })
    expect(readLyrics(failed, { ...failed, status: '' })).toMatchObject({ type: 'error', message: 'No.' })
    for (const items of [[written, open], [failed, open], []]) expect(readLyrics(...items).type).toBe('unknown')
    // Beside a word for the end it is no news.
    const over = { code: 200, state: 'success', data: { ...record([written, open]).data } }
    expect(read(over, 'lyrics').type).toBe('lyrics:complete')
  })

  test('CALLBACK_EXCEPTION hides no recovery: where each track has its file, or has failed, it is complete', () => {
    const found = { id: 'a', audio_url: 'https://example.com/a.mp3', title: 'T', status: 'success', error: '' }
    const failed = { id: 'b', audio_url: '', title: 'T', status: 'failed', error: 'clip_error' }
    const open = { id: 'c', audio_url: '', title: '', status: 'pending', error: '' }
    const readRecovery = (...data: readonly object[]) =>
      read({ code: 200, task_id: 't', status: 'CALLBACK_EXCEPTION', data }, 'recovery')
    expect(readRecovery(found, failed)).toMatchObject({ type: 'recovery:complete', recovered: [{}], failures: [{}] })
    expect(readRecovery(failed, { ...failed, status: 'odd' })).toMatchObject({ type: 'error', message: 'clip_error' })
    for (const tracks of [[found, open], [failed, open], []]) expect(readRecovery(...tracks).type).toBe('unknown')
    // Without a kind, such a list can be of music too.
    expect(read({ code: 200, task_id: 't', status: 'CALLBACK_EXCEPTION', data: [found] }).type).toBe('unknown')
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
    ['a WAV, even a failed one', { code: 500, data: { task_id: 't', audioWavUrl: null } }, 'wav'],
    ['stems', { code: 200, data: { task_id: 't', vocal_removal_info: null } }, 'stems'],
    ['stems in the words of kie.ai', { code: 200, data: { task_id: 't', vocal_separation_info: null } }, 'stems'],
    ['a MIDI', { code: 200, task_id: 't', data: { instruments: [] } }, 'midi'],
    ['a cover', { code: 200, data: { taskId: 't', images: null } }, 'cover'],
    ['a recovery', { code: 500, task_id: 't', data: [{ id: 'a', status: 'failed' }] }, 'recovery'],
    ['a body that fits a kind and a later one', { code: 200, data: { task_id: 't', images: [], video_url: '' } }, null],
    [
      'tracks that failed, which have no text',
      { code: 200, data: { taskId: 't', data: [{ status: 'failed' }] } },
      null,
    ],
    ['tracks without a stage, which are anybody’s', music(undefined, [song]), null],
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
