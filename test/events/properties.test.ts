/**
 * Rules that hold for any body: samples, documented bodies and those of other vendors, with fields removed, renamed, nulled, emptied,
 * retyped, wrapped, doubled; and noise.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Kind, SunoEvent, Track } from '../../src/events/types.js'
import type { Outcome } from '../../src/index.js'
import { EVENT_TYPES, KINDS } from '../../src/events/kinds/index.js'
import { sample } from '../../src/testing/index.js'
import { PROVIDER_NAMES } from '../../src/polling/endpoints.js'
import { fixtures } from '../support/fixtures.js'
import { LEVELS, mutate, MUTATIONS, otherCase, renameAll } from '../support/mutations.js'
import { receiver } from '../support/receiver.js'

/** Enough bodies to meet every change in every event; and how many `npm run test:fuzz` plays. */
const runs = (enough: number, all: number) => (process.env.FUZZ_CASES === undefined ? enough : all)

const TASK = 'task-1'
const OTHER = 'task-2'

interface Source {
  /** The only kind of which it may be a success; null: none. */
  readonly kind: Kind | null
  readonly body: unknown
}

const samples: readonly Source[] = PROVIDER_NAMES.flatMap((provider) => [
  ...EVENT_TYPES.filter((type) => type !== 'error').map((type) => ({
    kind: KINDS.find((kind) => type.startsWith(`${kind}:`)) ?? null,
    body: sample(type, { taskId: TASK, provider }),
  })),
  ...KINDS.map((kind) => ({ kind, body: sample('error', { taskId: TASK, provider, kind }) })),
])

const file = { id: 'f', duration: 194.92, audio_url: 'https://a/1_Lead Vocal.mp3', stem_type_group_name: 'Lead Vocal' }
const clip = { clip_id: 'c', state: 'succeeded', title: 'Song', audio_url: 'https://a/1.mp3', duration: '104.88' }
const track = { id: 'a', audio_url: 'https://a/1.m4a', title: 'A', status: 'success', error: '' }
const lost = { id: 'b', audio_url: '', title: 'B', status: 'failed', error: 'feed_failed' }
const verse = { title: 'A', text: 'la', status: 'complete', errorMessage: '' }

/** What the providers' pages say in words, or another vendor sends with a task id. */
const described: readonly Source[] = [
  {
    kind: 'stems',
    body: {
      code: 200,
      data: { task_id: TASK, vocal_removal_info: { origin_data: [{ extract: file, remove: file }] } },
    },
  },
  { kind: 'recovery', body: { code: 200, task_id: TASK, data: [track, lost] } },
  { kind: 'recovery', body: { code: 500, task_id: TASK, data: [lost, lost] } },
  { kind: 'lyrics', body: { code: 200, data: { taskId: TASK, lyricsData: [verse, { ...verse, status: 'failed' }] } } },
  { kind: 'music', body: { code: 501, data: { callbackType: 'error', task_id: TASK, error: 'technical issues' } } },
  { kind: null, body: { code: 200, task_id: TASK, data: [clip] } },
  { kind: null, body: { code: 200, data: { task_id: TASK, data: [clip] } } },
]

const sources: readonly Source[] = [...samples, ...fixtures, ...described]

/** No `text` or `first`: as a stage it would make the body one of music. */
const odd = fc.constantFrom<unknown>(
  ...[null, '', '  ', 0, 1, -1, 500, 1e308, true, false, [], {}, [[]], [null], { id: 1 }],
  ...['words', '200', 'NaN', 'error', 'failed', 'complete', TASK, OTHER],
)

const changes = fc.array(
  fc.record({
    mutation: fc.constantFrom(...MUTATIONS),
    level: fc.constantFrom(...LEVELS),
    where: fc.nat(10_000),
    odd,
  }),
  { minLength: 1, maxLength: 4 },
)

const pinned = fc.constantFrom<Kind | undefined>(undefined, ...KINDS)

/** A source, changed; its own kind pinned, or none, or any. What was done to it is in `marks`. */
const changed = fc
  .record({ source: fc.constantFrom(...sources), changes, how: fc.constantFrom('own', 'none', 'any'), pinned })
  .map(({ source, changes, how, pinned }) => {
    const marks: string[] = []
    const body = changes.reduce((value, { mutation, level, where, odd }) => {
      const next = mutate(value, mutation, level, where, odd)
      if (next === null) return value
      marks.push(`${mutation.name} at ${level}`)
      return next
    }, source.body)
    const kind = how === 'any' ? pinned : how === 'own' ? (source.kind ?? undefined) : undefined
    return { source, body, kind, marks }
  })

async function receive(body: unknown, kind: Kind | undefined): Promise<{ outcome: Outcome; events: SunoEvent[] }> {
  const suno = receiver()
  const events: SunoEvent[] = []
  suno.on('*', (event) => events.push(event))
  const text = JSON.stringify(body ?? null)
  return { outcome: (await suno.receive({ body: text, kind })) as Outcome, events }
}

/** What a success must have in it. */
function hasResult(event: SunoEvent): boolean {
  switch (event.type) {
    case 'music:text':
      return true // the stage itself is the news
    case 'music:first':
      return event.tracks.some((track) => track.id !== null || isPlayable(track))
    case 'music:complete':
      return event.tracks.some(isPlayable)
    case 'lyrics:complete':
      return event.lyrics.length > 0 && event.lyrics.every(({ text }) => isText(text))
    case 'video:complete':
      return isText(event.videoUrl)
    case 'voice:ready':
      return isText(event.voiceId)
    case 'phrase:ready':
      return isText(event.phrase)
    case 'wav:complete':
      return isText(event.audioWavUrl)
    case 'stems:complete':
      return (
        Object.values(event.stems).some((url: string | null) => url !== null) ||
        event.originData.some(({ extract, remove }) => extract?.audioUrl ?? remove?.audioUrl)
      )
    case 'midi:complete':
      return event.instruments.some(({ notes }) => notes.some(({ pitch, start }) => pitch !== null && start !== null))
    case 'cover:complete':
      return event.images.length > 0 && event.images.every(isText)
    case 'recovery:complete':
      return event.recovered.length > 0 && event.recovered.every(({ audioUrl }) => isText(audioUrl))
    case 'error':
    case 'unknown':
      return false
  }
}

function isPlayable(track: Track): boolean {
  return (track.audioUrl ?? track.streamAudioUrl ?? track.sourceAudioUrl ?? track.sourceStreamAudioUrl) !== null
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== ''
}

/** The strings of a value, `raw` left out. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || value instanceof Date) return []
  return Object.entries(value).flatMap(([name, child]) => (name === 'raw' ? [] : strings(child)))
}

/** What the event tells of its result, without the words that are ours. */
function told(event: SunoEvent): string[] {
  const { type, kind, stage, key, source, ...own } = event
  return strings(own).filter((text) => ![type, kind, stage, key, source].includes(text))
}

/** What stands in the four places of a task id. */
function taskIdsOf(body: unknown): string[] {
  const { task_id, taskId, data } = (body ?? {}) as Record<string, unknown>
  const inner = (data ?? {}) as Record<string, unknown>
  return [task_id, taskId, inner.task_id, inner.taskId].map(String)
}

/** Every value of a field with one of these names, in whichever spelling and however deep, also within a string of JSON. */
function valuesOf(body: unknown, names: RegExp): unknown[] {
  if (typeof body === 'string' && /^[[{]/.test(body)) {
    try {
      return valuesOf(JSON.parse(body) as unknown, names)
    } catch {
      return []
    }
  }
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body as Readonly<Record<string, unknown>>).flatMap(([name, child]) => [
    ...(names.test(name) ? [child] : []),
    ...valuesOf(child, names),
  ])
}

const STATE_FIELDS = /^(callback_?type|status|state|success_?flag)$/i

/** What the body calls its task's stage and state, and those of its parts. */
function wordsOf(body: unknown): string[] {
  return valuesOf(body, STATE_FIELDS).flatMap((word) =>
    typeof word === 'string' || typeof word === 'number' ? [String(word).trim().toLowerCase()] : [],
  )
}

/** Whether the body has a word for failure, wherever it stands: a code from 400 on, a state, an error of a part. */
function isVerdict(body: unknown): boolean {
  const isBadCode = (code: unknown) => Number(code) >= 400 && typeof code !== 'object'
  return valuesOf(body, /^(code|(error|fail)_?code)$/i).some(isBadCode) || wordsOf(body).some(isFailedWord)
}

function isFailedWord(word: unknown): boolean {
  return typeof word === 'string' && (/(^|_)(fail|failed|failure|error)$/i.test(word) || word === '2' || word === '3')
}

/** Words with which each stage of music may be told. After a failure, what is there is complete. */
const STAGE_WORDS: Readonly<Record<string, RegExp>> = {
  text: /^text(_success)?$/,
  first: /^(first(_success)?|second|callback_exception)$/,
  complete: /^(complete|completed|success|succeeded|task_completed|wait_validating|1|second|callback_exception)$/,
}

/** The fields of `data`, none where it is no object. */
function dataOf(body: unknown): Readonly<Record<string, unknown>> {
  const { data } = (body ?? {}) as { data?: unknown }
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {}
}

function checkSuccess(event: SunoEvent, body: unknown): void {
  // A word for failure is outweighed by a file alone.
  if (event.code !== null && event.code >= 400) expect(told(event).some((text) => text.startsWith('https:'))).toBe(true)
  expect(hasResult(event)).toBe(true)
  expect(event.type.split(':')[0]).toBe(event.kind)
  if (event.kind === 'music') {
    const isSaid = wordsOf(body).some((word) => STAGE_WORDS[event.stage]?.test(word) === true)
    expect(isSaid || (event.stage === 'complete' && isVerdict(body))).toBe(true)
  }
  // Nothing is made up: what is told stands in the body, or in a string of JSON in it.
  const spoken = JSON.stringify(body)
  for (const text of told(event)) {
    const once = JSON.stringify(text).slice(1, -1)
    expect(spoken.includes(once) || spoken.includes(JSON.stringify(once).slice(1, -1))).toBe(true)
  }
}

/** Without a word for failure, an error is a finished task that has nothing, or whose parts all have an error. */
function checkError(event: SunoEvent, body: unknown): void {
  expect(event.taskId).not.toBeNull()
  if (isVerdict(body)) return
  expect(event).toMatchObject({ reason: 'empty', code: 200 })
  const isPartsOwn = valuesOf(dataOf(body), /^error(_?message)?$/i).some(
    (text) => typeof text === 'string' && isText(text),
  )
  if (!isPartsOwn) expect(strings(withoutAddresses(body)).filter((text) => text.startsWith('https:'))).toEqual([])
  const isUnfinished = /^(text|first|second|pending|waiting|queuing|generating|processing|callback_exception|0)$/
  if (!isPartsOwn)
    expect(wordsOf((body as { data?: unknown }).data ?? {}).some((word) => isUnfinished.test(word))).toBe(false)
}

/** A record names the address that its callbacks went to: no result. */
function withoutAddresses(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body, (name, value: unknown) => (/^call_?back_?url$/i.test(name) ? null : value)))
}

test('a changed body is the right event, an error, unknown or a rejection, whatever was changed and wherever', async () => {
  const seen = new Map<string, number>()
  const see = (...names: readonly string[]) => names.forEach((name) => seen.set(name, (seen.get(name) ?? 0) + 1))

  await fc.assert(
    fc.asyncProperty(changed, async ({ source, body, kind, marks }) => {
      const { outcome, events } = await receive(body, kind)
      see(...marks)
      if (outcome.status === 'rejected') {
        see('rejected')
        expect(outcome.reason).toBe('malformed')
        expect(events).toEqual([])
        return
      }
      expect(outcome.status).toBe('handled')
      expect(events).toHaveLength(1)
      for (const event of events) {
        if (marks.length > 0) see(event.type, ...marks.map((mark) => `${event.type}, ${mark.split(' ')[0] ?? ''}`))
        expect(event.raw).toEqual(JSON.parse(JSON.stringify(body ?? null)))
        expect(strings(event)).not.toContain('')
        if (event.taskId !== null) expect(taskIdsOf(body)).toContain(event.taskId)
        // Neither the URL nor the body makes it another kind's: a success has the kind of its source, whatever the URL says.
        expect(kind === undefined ? [source.kind, null] : [kind]).toContain(event.kind)
        if (event.type === 'error') checkError(event, body)
        else if (event.type !== 'unknown') {
          expect(event.kind).toBe(source.kind)
          checkSuccess(event, body)
        }
      }
    }),
    { numRuns: runs(5_000, 10_000), seed: 20_260_101 },
  )

  const names = MUTATIONS.map(({ name }) => name)
  const marks = names.flatMap((name) => LEVELS.map((level) => `${name} at ${level}`))
  const pairs = EVENT_TYPES.flatMap((type) => names.map((name) => `${type}, ${name}`))
  expect([...marks, ...EVENT_TYPES, ...pairs, 'rejected'].filter((name) => !seen.has(name))).toEqual([])
}, 300_000)

const PROGRESS: readonly unknown[] = [
  { taskId: TASK, status: 'processing' },
  { code: 202, msg: 'processing', data: { task_id: TASK } },
  { code: 200, msg: 'success', data: { taskId: TASK, state: 'generating', resultJson: '' } },
  { code: 200, data: { taskId: TASK, successFlag: 0, response: null, errorCode: null, errorMessage: null } },
  { code: 200, data: { taskId: TASK, status: 'TEXT_SUCCESS', response: { taskId: TASK, sunoData: [] } } },
  { code: 200, data: { taskId: TASK, status: 'CALLBACK_EXCEPTION', response: null } },
  { code: 200, data: { taskId: TASK, status: 'wait_processing', validateInfo: '' } },
]

const FAILED: readonly unknown[] = [
  ...PROVIDER_NAMES.flatMap((provider) => KINDS.map((kind) => sample('error', { taskId: TASK, provider, kind }))),
  { taskId: TASK, state: 'fail', failCode: '500', failMsg: 'Internal error' },
  { code: 200, data: { taskId: TASK, status: 'SENSITIVE_WORD_ERROR', response: null, errorCode: 400 } },
  { code: 200, data: { taskId: TASK, successFlag: 'GENERATE_WAV_FAILED', response: null } },
]

const casings = [
  (text: string) => text.toUpperCase(),
  (text: string) => ` ${text} `,
  (text: string) => text.toLowerCase(),
]

/** Any body of the list with fields removed, renamed, emptied, retyped, moved to another level, and states in another case. */
const disturbed = (bodies: readonly unknown[]) =>
  fc
    .record({
      body: fc.constantFrom(...bodies),
      changes,
      moved: fc.boolean(),
      casing: fc.constantFrom(...casings),
      pinned,
    })
    .map(({ body, changes, moved, casing, pinned }) => {
      const changed = changes.reduce(
        (value, { mutation, level, where, odd }) => mutate(value, mutation, level, where, odd) ?? value,
        body,
      )
      const { data, ...root } = (changed ?? {}) as { data?: unknown }
      // All that `data` has is put to the root, or the states of the root into `data`.
      const isMovable = moved && typeof data === 'object' && data !== null && !Array.isArray(data)
      const recase = (name: string, value: unknown) =>
        STATE_FIELDS.test(name) && typeof value === 'string' ? casing(value) : value
      const text = JSON.stringify(isMovable ? { ...root, ...data } : (changed ?? null), recase)
      return { body: JSON.parse(text) as unknown, kind: pinned }
    })

test('a task that is not over is never an error unless a word for failure is put in, whatever else is done to its body', async () => {
  const bodies = [...PROGRESS, ...PROVIDER_NAMES.map((provider) => sample('music:first', { taskId: TASK, provider }))]
  await fc.assert(
    fc.asyncProperty(disturbed(bodies), async ({ body, kind }) => {
      for (const event of (await receive(body, kind)).events) if (event.type === 'error') checkError(event, body)
    }),
    { numRuns: runs(1_000, 3_000), seed: 20_260_106 },
  )
})

test('a task that succeeded is an error only where a word for failure is put in, or nothing is left of its result', async () => {
  await fc.assert(
    fc.asyncProperty(
      disturbed(samples.map(({ body }) => body).filter((body) => !isVerdict(body))),
      async ({ body, kind }) => {
        for (const event of (await receive(body, kind)).events) if (event.type === 'error') checkError(event, body)
      },
    ),
    { numRuns: runs(1_000, 3_000), seed: 20_260_107 },
  )
})

test('a task that failed is never a success while a word for failure is left, whatever else is done to its body', async () => {
  await fc.assert(
    fc.asyncProperty(disturbed(FAILED), async ({ body, kind }) => {
      if (!isVerdict(body)) return
      for (const { type } of (await receive(body, kind)).events) expect(type).toMatch(/^(error|unknown)$/)
    }),
    { numRuns: runs(1_000, 3_000), seed: 20_260_108 },
  )
})

test('a second task id, wherever it is put, makes a body malformed', async () => {
  const place = fc.constantFrom<(body: Record<string, unknown>) => unknown>(
    (body) => ({ ...body, task_id: OTHER, taskId: TASK }),
    (body) => ({ ...body, task_id: TASK, taskId: OTHER }),
    (body) => ({ ...body, data: { task_id: TASK, ...(body.data as object), taskId: OTHER } }),
    (body) => ({ ...body, data: { taskId: TASK, ...(body.data as object), task_id: OTHER } }),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...samples), place, pinned, async ({ body }, put, kind) => {
      const { outcome, events } = await receive(put(body as Record<string, unknown>), kind)
      expect(outcome).toMatchObject({ status: 'rejected', reason: 'malformed', error: { code: 'TWO_TASK_IDS' } })
      expect(events).toEqual([])
    }),
    { numRuns: 500, seed: 20_260_103 },
  )
})

test('the other case of every field name changes nothing', async () => {
  expect([otherCase('task_id'), otherCase('taskId'), otherCase('code')]).toEqual(['taskId', 'task_id', 'code'])
  for (const { body } of sources) {
    const [original, renamed] = [await receive(body, undefined), await receive(renameAll(body), undefined)]
    const withoutRaw = ({ events }: { events: SunoEvent[] }) =>
      events.map((event) => ({
        ...event,
        raw: null,
        receivedAt: null,
        expiresAt: null,
        key: event.type === 'unknown' ? null : event.key,
      }))
    expect(withoutRaw(renamed)).toEqual(withoutRaw(original))
  }
})

test('a second spelling of a field that says nothing changes nothing, before the first or after it', async () => {
  const double = (value: unknown, blank: unknown, isBefore: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => double(item, blank, isBefore))
    if (typeof value !== 'object' || value === null) return value
    const fields = Object.fromEntries(
      Object.entries(value).map(([name, child]) => [name, double(child, blank, isBefore)]),
    )
    const names = Object.keys(fields).map(otherCase)
    const blanks = Object.fromEntries(names.filter((name) => !(name in fields)).map((name) => [name, blank]))
    return isBefore ? { ...blanks, ...fields } : { ...fields, ...blanks }
  }
  for (const { body, kind } of sources) {
    const [plain] = (await receive(body, kind ?? undefined)).events
    for (const blank of [null, '', ' ', [], {}]) {
      for (const isBefore of [true, false]) {
        const [doubled] = (await receive(double(body, blank, isBefore), kind ?? undefined)).events
        expect([doubled?.type, doubled && told(doubled)]).toEqual([plain?.type, plain && told(plain)])
      }
    }
  }
})

test('a body that fits two kinds is of neither, unless its URL says of which', async () => {
  const dataOfKind = (kind: Kind) => dataOf(samples.find((source) => source.kind === kind)?.body)
  const named = KINDS.filter((kind) => !['music', 'lyrics', 'recovery'].includes(kind)) // these three are told by a list
  for (const one of named) {
    for (const other of named.filter((kind) => kind !== one)) {
      const body = { code: 200, data: { ...dataOfKind(one), ...dataOfKind(other), status: 'success' } }
      expect((await receive(body, undefined)).events).toMatchObject([{ type: 'unknown', kind: null }])
      expect((await receive(body, one)).events).toMatchObject([
        { kind: one, type: expect.stringContaining(`${one}:`) as string },
      ])
    }
  }
})

test('any JSON at all, and any text at all, is answered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), pinned, async (body, kind) => {
      expect((await receive(body, kind)).outcome.status).toMatch(/^(handled|rejected)$/)
    }),
    { numRuns: 1_000, seed: 20_260_104 },
  )
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      const suno = receiver()
      suno.on('*', () => undefined)
      expect((await suno.receive({ body: bytes })).status).toMatch(/^(handled|rejected)$/)
    }),
    { numRuns: 1_000, seed: 20_260_105 },
  )
})
