import assert from 'node:assert/strict'
import { once } from 'node:events'
import express from 'express'
import { SunoCallbacks } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'
import { sample } from 'suno-callbacks/testing'

const suno = new SunoCallbacks({ secret: 'a secret of this app', baseUrl: 'https://app.example.com/suno' })
const events = []
suno.on('music:complete', (event) => events.push(event))

const app = express()
app.use('/suno', expressMiddleware(suno))
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')

const url = new URL(suno.callbackUrl('music', { metadata: { orderId: '42' } }))
const response = await fetch(`http://127.0.0.1:${server.address().port}${url.pathname}${url.search}`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(sample('music:complete', { taskId: 'task-1' })),
})

assert.equal(response.status, 200)
assert.deepEqual(await response.json(), { status: 'received' })
assert.equal(events.length, 1)
const [event] = events
assert.equal(event.type, 'music:complete')
assert.equal(event.taskId, 'task-1')
assert.deepEqual(event.metadata, { orderId: '42' })
assert.equal(event.tracks.length, 2)
assert.match(event.tracks[0].audioUrl, /^https:/)
assert.ok(event.tracks[0].createdAt instanceof Date)
assert.equal(await suno.close(), 0)
server.close()
console.log('ok esm')
