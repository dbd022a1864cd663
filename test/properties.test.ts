/** Rules that hold for any body: known bodies with fields removed, renamed, nulled, emptied, retyped, wrapped, doubled; and noise. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EVENT_TYPES, KINDS } from '../src/kinds/index.js'
import type { Kind, SunoEvent } from '../src/events.js'
import { PROVIDERS } from '../src/testing/samples.js'
import { sample } from '../src/testing/index.js'
import type { Outcome } from '../src/index.js'
import { receiver } from './support/receiver.js'

const TASK = 'task-1'
const OTHER = 'task-2'

const samples = EVENT_TYPES.flatMap((type) =>
  KINDS.flatMap((kind) => PROVIDERS.map((provider) => sample(type, { taskId: TASK, provider, kind }))),
)

type Path = readonly (string | number)[]

/** Every place in a body. */
function paths(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [at, ...entries.flatMap(([key, child]) => paths(child, [...at, key]))]
}

/** The body with what is at the path replaced; `undefined` removes it. */
function replace(value: unknown, [key, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (key === undefined) return change(value)
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === key ? replace(item, rest, change) : item))
  const fields = value as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(fields)
      .map(([name, child]) => [name, name === key ? replace(child, rest, change) : child] as const)
      .filter(([, child]) => child !== undefined),
  )
}

const otherCase = (name: string) =>
  name.includes('_')
    ? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function renameAll(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renameAll)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [otherCase(name), renameAll(child)]))
}

const odd = fc.constantFrom<unknown>(
  null,
  '',
  '  ',
  0,
  1,
  -1,
  1e308,
  true,
  false,
  [],
  {},
  [[]],
  'text',
  '200',
  'NaN',
  [null],
  { id: 1 },
)

const mutation = fc.oneof(
  fc.constant(() => undefined),
  odd.map((value) => () => value),
  fc.constant((old: unknown) => [old]),
  fc.constant((old: unknown) => ({ data: old })),
  fc.constant((old: unknown) => (Array.isArray(old) ? [...(old as unknown[]), ...(old as unknown[])] : old)),
  fc.constant((old: unknown) => JSON.stringify(old)),
  fc.constant(renameAll),
)

const mutated = fc
  .tuple(fc.constantFrom(...samples), fc.array(fc.tuple(fc.nat(), mutation), { maxLength: 4 }))
  .map(([body, changes]) =>
    changes.reduce<unknown>((value, [where, change]) => {
      const places = paths(value)
      return replace(value, places[where % places.length] ?? [], change)
    }, body),
  )

const pinned = fc.constantFrom<Kind | undefined>(undefined, ...KINDS)

async function receive(body: unknown, kind: Kind | undefined): Promise<{ outcome: Outcome; events: SunoEvent[] }> {
  const suno = receiver()
  const events: SunoEvent[] = []
  suno.on('*', (event) => events.push(event))
  const text = JSON.stringify(body ?? null)
  return { outcome: await suno.receive({ body: text, kind }), events }
}

/** What a success must have in it. */
function hasResult(event: SunoEvent): boolean {
  switch (event.type) {
    case 'music:first':
    case 'music:complete':
      return event.tracks.some(
        (track) => track.audioUrl ?? track.streamAudioUrl ?? track.sourceAudioUrl ?? track.sourceStreamAudioUrl,
      )
    case 'lyrics:complete':
      return event.lyrics.length > 0 && event.lyrics.every((item) => item.text !== '')
    case 'video:complete':
      return event.videoUrl !== ''
    case 'voice:ready':
      return event.voiceId !== ''
    case 'phrase:ready':
      return event.phrase !== ''
    case 'music:text':
    case 'error':
    case 'unknown':
      return true
  }
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || value instanceof Date) return []
  return Object.entries(value).flatMap(([name, child]) => (name === 'raw' ? [] : strings(child)))
}

/** What stands in the four places of a task id. */
function taskIdsOf(body: unknown): string[] {
  const { task_id, taskId, data } = (body ?? {}) as Record<string, unknown>
  const inner = (data ?? {}) as Record<string, unknown>
  return [task_id, taskId, inner.task_id, inner.taskId].map(String)
}

test('a changed body is the right event, an error, unknown or a rejection: never an exception, a success with nothing in it, or an empty string', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, pinned, async (body, kind) => {
      const { outcome, events } = await receive(body, kind)
      if (outcome.status === 'rejected') {
        expect(['malformed', 'unrecognised']).toContain(outcome.reason)
        expect(events).toEqual([])
        return
      }
      expect(outcome.status).toBe('handled')
      expect(events).toHaveLength(1)
      for (const event of events) {
        expect(hasResult(event)).toBe(true)
        expect(strings(event)).not.toContain('')
        expect(EVENT_TYPES).toContain(event.type)
        if (kind !== undefined) expect(event.kind).toBe(kind)
        if (event.type !== 'error' && event.type !== 'unknown') expect(event.type.split(':')[0]).toBe(event.kind)
      }
    }),
    { numRuns: 3_000, seed: 20_260_101 },
  )
})

test('an event has the task id of its body, and none but that', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, pinned, async (body, kind) => {
      const { events } = await receive(body, kind)
      for (const { taskId } of events) if (taskId !== null) expect(taskIdsOf(body)).toContain(taskId)
    }),
    { numRuns: 1_000, seed: 20_260_102 },
  )
})

test('a second task id, wherever it is put, makes a body malformed', async () => {
  const place = fc.constantFrom<(body: Record<string, unknown>) => unknown>(
    (body) => ({ ...body, task_id: OTHER }),
    (body) => ({ ...body, taskId: OTHER }),
    (body) => ({ ...body, data: { task_id: TASK, ...(body.data as object), taskId: OTHER } }),
    (body) => ({ ...body, data: { taskId: TASK, ...(body.data as object), task_id: OTHER } }),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...samples), place, pinned, async (body, put, kind) => {
      const { outcome, events } = await receive(put(body), kind)
      expect(outcome).toMatchObject({ status: 'rejected', reason: 'malformed', error: { code: 'TWO_TASK_IDS' } })
      expect(events).toEqual([])
    }),
    { numRuns: 500, seed: 20_260_103 },
  )
})

test('the other case of every field name changes nothing', async () => {
  for (const body of samples) {
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
