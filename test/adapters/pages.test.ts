import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Kind } from '../../src/index.js'
import { adapters } from './adapters.js'
import { post } from './client.js'
import { SECRET, signedPath, subject } from './subject.js'

/** The example bodies of the five pages, and what each of them says. */
const PAGES: readonly {
  readonly fixture: string
  readonly kind: Kind
  /** Null where the shape alone does not tell the kind. */
  readonly told?: null
  readonly event: Readonly<Record<string, unknown>>
}[] = [
  {
    fixture: 'page-music',
    kind: 'music',
    event: {
      type: 'music:complete',
      taskId: '2fac****9f72',
      tracks: [
        {
          id: '8551****662c',
          audioUrl: 'https://example.cn/****.mp3',
          duration: 198.44,
          tags: ['electrifying', 'rock'],
        },
        { id: 'bd15****1873', audioUrl: 'https://example.cn/****.mp3', duration: 228.28, title: 'Iron Man' },
      ],
    },
  },
  {
    fixture: 'page-lyrics',
    kind: 'lyrics',
    event: {
      type: 'lyrics:complete',
      taskId: '3b66882fde0a5d398bd269cab6d9542b',
      lyrics: [{ title: 'Starry Night Dreams' }],
      failures: [],
    },
  },
  {
    fixture: 'page-lyrics-failure',
    kind: 'lyrics',
    told: null,
    event: { type: 'error', reason: 'refused', message: 'Song Description flagged for moderation' },
  },
  {
    fixture: 'page-video',
    kind: 'video',
    event: {
      type: 'video:complete',
      taskId: 'taskId_774b9aa0422f',
      videoUrl: 'https://example.com/videos/video_847715e66259.mp4',
    },
  },
  { fixture: 'page-video-failure', kind: 'video', event: { type: 'error', reason: 'refused' } },
  {
    fixture: 'page-voice',
    kind: 'voice',
    event: { type: 'voice:ready', taskId: 'xxx_task_id_xxx', voiceId: 'voice_xxx' },
  },
  {
    fixture: 'page-phrase',
    kind: 'phrase',
    event: {
      type: 'phrase:ready',
      taskId: 'xxx_task_id_xxx',
      phrase: 'Please record this new validation phrase clearly.',
    },
  },
  {
    fixture: 'page-phrase-failure',
    kind: 'phrase',
    event: { type: 'error', reason: 'refused', errorCode: 500, message: 'Failed to regenerate validation phrase' },
  },
]

describe.each(adapters)('$name', ({ start }) => {
  describe.each(PAGES)('the body of $fixture', ({ fixture, kind, told, event }) => {
    const path = new URL(`../fixtures/${fixture}.json`, import.meta.url)
    const { body } = JSON.parse(readFileSync(path, 'utf8')) as { body: unknown }

    test.each([
      { title: 'the kind in the path', path: `/suno/${kind}`, signed: false, expected: kind },
      { title: 'nothing that names the kind', path: '/suno', signed: false, expected: told === null ? null : kind },
      { title: 'the kind in a signed path', path: `/suno/${kind}`, signed: true, expected: kind },
      { title: 'the kind in the signature alone', path: '/suno', signed: true, expected: kind },
    ])('gives one event with $title; its repeat gives none and 200', async ({ path, signed, expected }) => {
      const { suno, events } = subject(signed ? { secret: SECRET } : { verify: false })
      const host = await start(suno)
      const target = signed ? signedPath(suno, kind, path) : path

      const first = await post(host, target, body)
      expect(events).toHaveLength(1)
      expect(events[0]).toMatchObject({
        ...event,
        kind: expected,
        metadata: signed ? { orderId: '42' } : {},
        raw: body,
      })
      expect(first).toMatchObject({ status: 200, body: '{"status":"received"}' })
      expect(first.headers['content-type']).toMatch(/^application\/json\b/)

      const repeat = await post(host, target, body)
      expect(repeat).toMatchObject({ status: 200, body: '{"status":"received"}' })
      expect(events).toHaveLength(1)
    })
  })
})
