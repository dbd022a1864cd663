/** The client and the poller against the simulated provider's server: every kind, as each provider has it, and as a job of kie.ai. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { KINDS } from '../../src/events/kinds/index.js'
import { SunoCallbacks, type Kind, type SunoEvent } from '../../src/index.js'
import { SUBMIT_ENDPOINTS } from '../../src/polling/endpoints.js'
import { JOB_MODELS, JOBS_PATH } from '../../src/polling/jobs.js'
import {
  memoryTasks,
  providerClient,
  recordPoller,
  type ProviderName,
  type SubmitPath,
} from '../../src/polling/index.js'
import { simulatedProvider, type ListenOptions, type SimulatedProviderOptions } from '../../src/testing/index.js'
import { table, words } from '../readme/pages.js'

const APIS = ['sunoapi', 'apibox', 'kie', 'jobs of kie'] as const
type ApiName = (typeof APIS)[number]

const CASES = APIS.flatMap((api) => KINDS.map((kind) => ({ api, kind })))
const METADATA = { orderId: '42' }

/** A provider whose time passes fast, and an app that polls it. Callbacks are never sent: a test delivers them itself. */
async function setUp(api: ApiName, options: SimulatedProviderOptions = {}, listening: ListenOptions = {}) {
  const provider: ProviderName = api === 'jobs of kie' ? 'kie' : api
  const server = await simulatedProvider({ speed: 100_000, providers: [provider], seed: 1, ...options }).listen(0, {
    apiKey: 'key-1',
    silent: 1,
    ...listening,
  })
  onTestFinished(() => server.close())
  const client = providerClient({ provider, apiKey: 'key-1', baseUrl: server.url })

  const suno = new SunoCallbacks({
    ...{ secret: 'a secret of the tests', baseUrl: 'http://localhost:9/suno', logger: false },
  })
  const events: SunoEvent[] = []
  suno.on('*', async (event) => {
    await sleep(10)
    events.push(event)
  })
  const tasks = memoryTasks()
  const poller = recordPoller(suno, { provider: client, tasks, requestsPerSecond: 1000 })
  onTestFinished(() => poller.stop())

  /** Submits a task and waits until the provider has finished it. */
  const submit = async (kind: Kind): Promise<string> => {
    const isJob = api === 'jobs of kie'
    const params = isJob ? { model: modelOf(kind), input: { title: 'Mine' } } : { title: 'Mine' }
    const { taskId } = await poller.submit(isJob ? JOBS_PATH : pathOf(kind), params, { metadata: METADATA })
    await until(() => expect(taskOf(taskId).completedAt).not.toBeNull())
    return taskId
  }
  const taskOf = (taskId: string) => {
    const task = server.tasks.find((one) => one.taskId === taskId)
    if (task === undefined) throw new Error(`The provider has no task ${taskId}.`)
    return task
  }
  /** As the provider would, had it sent it. */
  const callBack = (taskId: string, receiver = suno) => {
    const { kind, callbacks } = taskOf(taskId)
    const query = new URL(suno.callbackUrl(kind, { metadata: METADATA })).search
    return receiver.receive({ query, body: callbacks.at(-1)?.body ?? {} })
  }
  return { server, client, suno, poller, tasks, events, submit, taskOf, callBack }
}

function pathOf(kind: Kind): SubmitPath {
  const found = Object.entries(SUBMIT_ENDPOINTS).find(([, endpoint]) => endpoint.kind === kind)
  return found?.[0] as SubmitPath
}

function modelOf(kind: Kind): string {
  return Object.entries(JOB_MODELS).find(([, one]) => one === kind)?.[0] ?? ''
}

const until = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 10_000, interval: 2 })

/** Without how it came, and what the provider says of it in words and codes: a record has its own. */
function essence(event: SunoEvent | null | undefined): object {
  const others = ['source', 'receivedAt', 'raw', 'message', 'code', 'errorCode', 'expiresAt']
  return Object.fromEntries(Object.entries({ ...event }).filter(([name]) => !others.includes(name)))
}

function expiryOf(event: SunoEvent | null | undefined): number | undefined {
  return event !== null && event !== undefined && 'expiresAt' in event ? event.expiresAt.getTime() : undefined
}

describe.each([0, 1])('a task without its callback; failing: %d', (failing) => {
  test.each(CASES)(
    'of $kind, $api: its record is the event that the callback would have been',
    async ({ api, kind }) => {
      const { poller, events, submit, callBack } = await setUp(api, { failing })
      const taskId = await submit(kind)
      const check = await poller.check({ kind, taskId })
      expect(check.status).toBe('done')
      const [event, ...others] = events
      expect(others).toEqual([])
      expect(event).toMatchObject({ source: 'record', metadata: METADATA })

      const other = new SunoCallbacks({ secret: 'a secret of the tests', logger: false }).on('*', () => undefined)
      const callback = (await callBack(taskId, other)).event
      expect(callback).toMatchObject({ source: 'callback', kind, stage: failing === 1 ? 'error' : /complete|ready/ })
      expect(essence(event)).toEqual(essence(callback))
      // By the time of completion, which is told to the second.
      const [ofRecord, ofCallback] = [expiryOf(event), expiryOf(callback)]
      expect(ofRecord === undefined).toBe(ofCallback === undefined)
      expect(Math.abs((ofRecord ?? 0) - (ofCallback ?? 0))).toBeLessThan(60_000)
    },
  )
})

describe.each(['callback first', 'record first', 'at once'])('callback and record, %s', (order) => {
  test.each(CASES)('are one run: $kind, $api', async ({ api, kind }) => {
    const { poller, tasks, events, submit, callBack } = await setUp(api)
    const taskId = await submit(kind)
    const steps = {
      'callback first': [() => callBack(taskId), () => poller.check({ kind, taskId })],
      'record first': [() => poller.check({ kind, taskId }), () => callBack(taskId)],
      'at once': [],
    }[order]
    for (const step of steps ?? []) await step()
    if (order === 'at once') {
      const check = () => poller.check({ kind, taskId })
      await Promise.all([callBack(taskId), check(), callBack(taskId), check(), poller.waitFor({ kind, taskId })])
    }
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ kind, taskId, metadata: METADATA })
    await until(async () => expect(await tasks.size()).toBe(0))
  })
})

describe('a task whose callbacks were all refused', () => {
  test.each(CASES)('is found in its record, whatever its state says: $kind, $api', async ({ api, kind }) => {
    // Nobody listens where the callbacks go.
    const { poller, events, submit, taskOf } = await setUp(api, {}, { silent: 0 })
    const taskId = await submit(kind)
    await until(() => expect(taskOf(taskId).isUndelivered).toBe(true))
    const check = await poller.check({ kind, taskId })
    expect(check.status).toBe('done')
    expect(events).toMatchObject([{ kind, stage: expect.stringMatching(/complete|ready/) as string, source: 'record' }])
    const says = JSON.stringify(check.record)
    const hasNoWord = ['cover', 'midi', 'voice', 'phrase', 'recovery'].includes(kind) || api === 'jobs of kie'
    expect(says.includes('CALLBACK_EXCEPTION')).toBe(!hasNoWord)
  })
})

describe("kie.ai's jobs", () => {
  test('are the models of the table, each of its kind, and are submitted with their address', async () => {
    const rows = table('jobs').flatMap(([models, kind]) => words(models).map((model) => [model, words(kind)[0]]))
    expect(Object.fromEntries(rows)).toEqual(JOB_MODELS)
    const { server, client } = await setUp('jobs of kie')
    const callBackUrl = 'http://localhost:9/suno'
    for (const [model, kind] of Object.entries(JOB_MODELS)) {
      const task = await client.submit(JOBS_PATH, { model, input: { prompt: 'p' } }, { callBackUrl })
      expect(task.kind).toBe(kind)
      const kept = server.tasks.find(({ taskId }) => taskId === task.taskId)
      expect(kept).toMatchObject({ kind, model, callbackUrl: callBackUrl, param: { input: { prompt: 'p' } } })
    }
  })

  test('are refused at once where the model is none, and where the provider has no jobs', async () => {
    const { server, client, poller } = await setUp('jobs of kie')
    const submit = (model: unknown) => client.submit(JOBS_PATH, { model })
    await expect(submit('ai-music-api/generat')).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
      message: expect.stringContaining('Did you mean "ai-music-api/generate"?') as string,
    })
    for (const model of [undefined, 'generate', 'constructor', 7]) {
      await expect(submit(model)).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' })
    }
    await expect(poller.submit(JOBS_PATH, { model: 'x' })).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' })
    for (const provider of ['sunoapi', 'apibox'] as const) {
      const other = providerClient({ provider, apiKey: 'key-1', baseUrl: server.url })
      await expect(other.submit(JOBS_PATH, { model: 'ai-music-api/generate' })).rejects.toMatchObject({
        code: 'ENDPOINT_UNKNOWN',
      })
    }
    expect(server.tasks).toEqual([])
  })

  test('give back metadata where no list knows the task: their record shows the address', async () => {
    const { suno, client, server, submit, events } = await setUp('jobs of kie')
    const taskId = await submit('music')
    const alone = recordPoller(suno, { provider: client, tasks: memoryTasks() })
    onTestFinished(() => alone.stop())
    await alone.check({ kind: 'music', taskId })
    expect(events).toMatchObject([{ type: 'music:complete', metadata: METADATA }])
    expect(server.tasks).toHaveLength(1)
  })
})
