import { expect, test } from 'vitest'
import { SunoCallbacks, toResponse } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'

const suno = new SunoCallbacks({
  secret: 'a secret of the tests',
  baseUrl: 'https://app.example.com/suno',
  logger: false,
})
suno.on('music:complete', () => undefined)

test('a 200 names its outcome in a header, to who could sign alone; the body is one word for all', async () => {
  const { search } = new URL(suno.callbackUrl('music'))
  const answer = async (stage: 'complete' | 'first', query = search) => {
    const body = sample(`music:${stage}`, { taskId: 'task-1' })
    const { status, headers, body: text } = toResponse(await suno.receive({ query, body }))
    return [status, headers['suno-outcome'], text]
  }
  const received = '{"status":"received"}'
  expect(await answer('first')).toEqual([200, 'ignored', received])
  expect(await answer('complete')).toEqual([200, 'handled', received])
  expect(await answer('complete')).toEqual([200, 'duplicate', received])
  expect(await answer('complete', '')).toEqual([401, undefined, '{"status":"unauthorized"}'])
  expect(await answer('complete', `${search}x`)).toEqual([401, undefined, '{"status":"unauthorized"}'])
})
