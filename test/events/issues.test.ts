import { expect, test } from 'vitest'
import type { Kind, UnknownEvent } from '../../src/index.js'
import { receiver } from '../support/receiver.js'

/** The issues of the `unknown` event that the body becomes. */
async function issuesOf(body: object | string, kind?: Kind): Promise<readonly string[]> {
  const events: UnknownEvent[] = []
  await receiver()
    .on('unknown', (event) => events.push(event))
    .receive({ body, kind })
  expect(events).toHaveLength(1)
  return events[0]?.issues ?? []
}

const success = (data: unknown) => ({ code: 200, msg: 'success', data })

test.each<[string, object | string, Kind | undefined, readonly string[]]>([
  [
    'a result that has no known name',
    success({ task_id: 't', hologram_url: 'https://example.com/h' }),
    'video',
    ['data.video_url: expected a string, got nothing (video:complete)'],
  ],
  [
    'a result of another type',
    success({ task_id: 't', video_url: ['https://example.com/v'] }),
    'video',
    ['data.video_url: expected a string, got a list (video:complete)'],
  ],
  [
    'a result that may stand in either of two fields',
    success({ task_id: 't', wav: 'https://example.com/w' }),
    'wav',
    ['data.audioWavUrl: expected a value, here or as audio_wav_url, got nothing (wav:complete)'],
  ],
  [
    'a stage that has no known name',
    success({ task_id: 't', callbackType: 'halfway', data: [{ audio_url: 'https://example.com/a' }] }),
    'music',
    [
      'data.callbackType: expected "text", got a string (music:text)',
      'data.callbackType: expected "first", got a string (music:first)',
      'data.callbackType: expected "complete", got a string (music:complete)',
    ],
  ],
  [
    'tracks without a file',
    success({ task_id: 't', callbackType: 'complete', data: [{ title: 'Song' }] }),
    'music',
    [
      'data.data: expected a list with an item that has audio_url or stream_audio_url or source_audio_url or source_stream_audio_url, got a list (music:complete)',
    ],
  ],
  [
    'fields of list items, down to the deepest',
    success({ taskId: 't', instruments: [{ name: 'Drums', notes: [{ pitch: 'high', start: null, end: true }] }] }),
    'midi',
    [
      'data.instruments[0].notes[0].pitch: expected a number, got a string (midi:complete)',
      'data.instruments[0].notes[0].start: expected a number or a string, got null (midi:complete)',
      'data.instruments[0].notes[0].end: expected a number or a string, got a boolean (midi:complete)',
    ],
  ],
  [
    'a failure without a task id',
    { code: 400, msg: 'Music video generation failed', data: { video_url: null } },
    'video',
    ['data.task_id: expected a string, got nothing (error of video)'],
  ],
  [
    'a body without a task id, at the root or in data',
    success({ instruments: [{ name: 'Drums', notes: [{ pitch: 73, start: 0, end: '1' }] }] }),
    'midi',
    ['task_id: expected a value, here or as data.taskId, got nothing (midi:complete)'],
  ],
  [
    'lists in a list',
    { code: 200, msg: 'success', task_id: 't', data: [[{ id: 'a', title: 'Song', status: 'success' }]] },
    'recovery',
    ['data[0]: expected an object, got a list (recovery:complete)'],
  ],
  [
    'what is no object at all, on the URL of a kind',
    '[]',
    'voice',
    ['body: expected an object, got a list (voice:ready, error of voice)'],
  ],
  [
    'what is no object at all, on the URL of none',
    '"text"',
    undefined,
    ['body: expected an object, got a string (music:text, music:first, music:complete, …)'],
  ],
  [
    'stems without a single file, recognised by their object',
    success({ task_id: 't', vocal_removal_info: { origin_url: 'https://example.com/o' } }),
    undefined,
    ['data.vocal_removal_info: expected the address of a stem, got an object (stems:complete)'],
  ],
  [
    'tracks without a stage, of no known kind: those who know most of the fields that are there',
    success({ task_id: 't', data: [{ id: 'a', audio_url: 'https://example.com/a' }] }),
    undefined,
    [
      'data.callbackType: expected "text", got nothing (music:text)',
      'data.callbackType: expected "first", got nothing (music:first)',
      'data.callbackType: expected "complete", got nothing (music:complete)',
    ],
  ],
  [
    'a result of no known kind: every kind that is as near',
    success({ task_id: 't', hologram_url: 'https://example.com/h' }),
    undefined,
    [
      'data.callbackType: expected "text", got nothing (music:text)',
      'data.video_url: expected a string, got nothing (video:complete)',
      'data.audioWavUrl: expected a value, here or as audio_wav_url, got nothing (wav:complete)',
      'data.vocal_removal_info: expected a value, here or as vocal_separation_info, got nothing (stems:complete)',
      'data.instruments: expected a list, got nothing (midi:complete)',
      'data.images: expected a list, got nothing (cover:complete)',
    ],
  ],
])('an unknown event says what was expected: %s', async (_, body, kind, issues) => {
  expect(await issuesOf(body, kind)).toEqual(issues)
})

test('a field in a spelling that no page has, and a task id in another place, are no issues, for they are read', async () => {
  const camel = { code: 200, msg: 'success', taskId: 't', data: { videoUrl: 5 } }
  expect(await issuesOf(camel, 'video')).toEqual(['data.video_url: expected a string, got a number (video:complete)'])
})

test('a body that has the documented shape, and a list too long to be read, says so', async () => {
  const body = success({
    task_id: 't',
    callbackType: 'complete',
    data: Array<object>(5000).fill({ audio_url: 'https://a' }),
  })
  expect(await issuesOf(body, 'music')).toEqual(['body: expected a result that can be read (music:complete)'])
})

test('an unknown event has ten issues at most, whatever the body', async () => {
  const track = { id: 1, audio_url: 1, stream_audio_url: 1, image_url: 1, prompt: 1, title: 1 }
  const body = success({ task_id: 't', callbackType: 'complete', data: [track, track, track, track] })
  expect(await issuesOf(body, 'music')).toHaveLength(10)
})

test('issues have no name and no value of the body in them', async () => {
  const secret = 'swordfish'
  const values = [secret, { [secret]: secret }, [secret], [{ [secret]: secret, id: { [secret]: 1 } }]]
  const bodies = values.flatMap((value) => [
    { code: value, msg: value, data: value, [secret]: value },
    success({ task_id: 't', callbackType: value, data: value, video_url: value, images: value, instruments: value }),
    success({ task_id: 't', callbackType: 'complete', data: value, vocal_removal_info: value, [secret]: value }),
  ])
  for (const body of bodies) {
    for (const kind of [undefined, 'music', 'stems', 'midi', 'cover', 'recovery', 'lyrics'] as const) {
      const events: UnknownEvent[] = []
      await receiver()
        .on('unknown', (event) => events.push(event))
        .receive({ body, kind })
      expect(events[0]?.issues.join() ?? '').not.toContain(secret)
    }
  }
})

test('a worker reads the same issues from what was handed off', async () => {
  const body = success({ task_id: 't', hologram_url: 'h' })
  const stored: unknown[] = []
  const suno = receiver({ handoff: { accept: (delivery) => Promise.resolve(void stored.push(delivery)) } })
  await suno.receive({ body, kind: 'video' })
  const worker = receiver()
  const events: UnknownEvent[] = []
  worker.on('unknown', (event) => events.push(event))
  await worker.run(JSON.parse(JSON.stringify(stored[0])) as Parameters<typeof worker.run>[0])
  expect(events.map(({ issues }) => issues)).toEqual([await issuesOf(body, 'video')])
})

test('a body of 8 MiB takes no longer than a small one: of each list a few items are looked at', async () => {
  const items = (count: number) => Array.from({ length: count }, () => ({ notes: Array<number>(100).fill(0) }))
  const body = (count: number) =>
    success({ task_id: 't', callbackType: 'complete', data: items(count), instruments: items(count) })
  expect(await issuesOf(body(10_000), 'midi')).toEqual(await issuesOf(body(3), 'midi'))
  expect(await issuesOf(body(10_000))).toEqual(await issuesOf(body(3)))
})
