import { expect, test } from 'vitest'
import { KINDS } from '../../src/events/kinds/index.js'
import { EVENT_TYPES } from '../../src/events/kinds/index.js'
import { PROVIDER_NAMES } from '../../src/polling/endpoints.js'
import { sample, sampleEvent, type ProviderName } from '../../src/testing/index.js'
import { receiver } from '../support/receiver.js'

const cases = EVENT_TYPES.flatMap((type) => PROVIDER_NAMES.map((provider) => [type, provider] as const))

test.each(cases)(
  'the sample of %s by %s becomes that event, without a kind and with its task id',
  async (type, provider) => {
    const suno = receiver()
    const seen: string[] = []
    suno.on('*', (event) => seen.push(`${event.type} ${String(event.taskId)}`))
    await suno.receive({ body: JSON.stringify(sample(type, { taskId: 'task-1', provider })) })
    expect(seen).toEqual([`${type} task-1`])
  },
)

test.each(KINDS.flatMap((kind) => PROVIDER_NAMES.map((provider) => [kind, provider] as const)))(
  'the failure of %s by %s becomes an error of that kind, on its URL',
  async (kind, provider) => {
    const suno = receiver()
    const seen: (string | null)[] = []
    suno.on('error', (event) => seen.push(event.kind, event.reason))
    await suno.receive({ body: sample('error', { kind, provider }), kind })
    expect(seen).toEqual([kind, expect.stringMatching(/refused|server|generation/)])
  },
)

test('each sample is a new object with a task id of its own, like those of the provider', () => {
  const [one, other] = [sample('music:complete'), sample('music:complete')] as {
    data: { task_id: string; data: object[] }
  }[]
  expect(one?.data.task_id).toMatch(/^[0-9a-f]{32}$/)
  expect(one?.data.task_id).not.toBe(other?.data.task_id)
  expect(one?.data.data[0]).not.toBe(other?.data.data[0])
  one?.data.data.splice(0)
  expect(other?.data.data).toHaveLength(2)
})

test('the first stage has its second track without a file, as seen live', async () => {
  const suno = receiver()
  const urls: (string | null)[] = []
  suno.on('music:first', (event) => urls.push(...event.tracks.map((track) => track.audioUrl)))
  await suno.receive({ body: sample('music:first') })
  expect(urls).toEqual([expect.stringContaining('https:'), null])
})

test('an event that names its kind is of no other', () => {
  const refusal = expect.objectContaining({
    code: 'OPTION_INVALID',
    message: expect.stringContaining(
      'music:complete is an event of music, and kind is "video". Leave kind out',
    ) as string,
  }) as Error
  expect(() => sample('music:complete', { kind: 'video' })).toThrow(refusal)
  expect(() => sampleEvent('music:complete', { kind: 'video' })).toThrow(refusal)
  expect(sample('music:complete', { kind: 'music', taskId: 'a' })).toEqual(sample('music:complete', { taskId: 'a' }))
  expect(sampleEvent('video:complete', { kind: 'video' }).kind).toBe('video')
  expect(sample('unknown', { kind: 'video' })).toBeTypeOf('object')
})

test('what there is no sample of is refused with a code', () => {
  expect(() => sample('music:done' as 'error')).toThrow(expect.objectContaining({ code: 'EVENT_UNKNOWN' }) as Error)
  expect(() => sample('toString' as 'error')).toThrow(expect.objectContaining({ code: 'EVENT_UNKNOWN' }) as Error)
  const provider = 'suno' as ProviderName
  expect(() => sample('error', { provider })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }) as Error)
  expect(() => sample('error', { kind: 'wave' as 'music' })).toThrow(
    expect.objectContaining({ code: 'KIND_UNKNOWN' }) as Error,
  )
})
