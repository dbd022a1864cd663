import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SunoCallbacks, type MusicCompleteEvent, type Track } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'
import { koaMiddleware } from 'suno-callbacks/koa'
import { requestListener } from 'suno-callbacks/node'
import { sample } from 'suno-callbacks/testing'

async function main(): Promise<void> {
  const suno = new SunoCallbacks({ secret: 'a secret of this app', baseUrl: 'https://app.example.com/suno' })
  const events: MusicCompleteEvent[] = []
  suno.on('music:complete', (event) => events.push(event))
  suno.on('music:complete', async ({ tracks: [track] }, { signal }): Promise<boolean> => {
    const url: string | null | undefined = track?.audioUrl
    return url === null || signal.aborted
  })
  // @ts-expect-error There is no such event.
  assert.throws(() => suno.on('music:completed', () => undefined), { code: 'EVENT_UNKNOWN' })
  // The types of every entry point resolve.
  assert.equal(typeof expressMiddleware(suno), 'function')
  assert.equal(typeof koaMiddleware(suno), 'function')

  const server = createServer(requestListener(suno, { path: '/suno' })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const url = new URL(suno.callbackUrl('music', { metadata: { orderId: '42' } }))
  const response = await fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sample('music:complete', { taskId: 'task-1' })),
  })

  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { status: 'received' })
  assert.equal(events.length, 1)
  const [event] = events
  assert.ok(event !== undefined)
  const type: 'music:complete' = event.type
  assert.equal(type, 'music:complete')
  assert.equal(event.taskId, 'task-1')
  assert.deepEqual(event.metadata, { orderId: '42' })
  const tracks: readonly Track[] = event.tracks
  assert.equal(tracks.length, 2)
  assert.match(tracks[0]?.audioUrl ?? '', /^https:/)
  assert.ok(tracks[0]?.createdAt instanceof Date)
  assert.equal(await suno.close(), 0)
  server.close()
  console.log('ok typescript5-commonjs')
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
