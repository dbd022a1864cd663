// An app that loads parts of the library through import and parts through require has two copies of it, which must get along.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import express from 'express'
import * as importedCore from 'suno-callbacks'
import * as importedAdapter from 'suno-callbacks/express'
import { sample } from 'suno-callbacks/testing'

const require = createRequire(import.meta.url)
const requiredCore = require('suno-callbacks')
const requiredAdapter = require('suno-callbacks/express')
assert.notEqual(importedCore.SunoCallbacks, requiredCore.SunoCallbacks)

await receive(importedCore, requiredAdapter)
await receive(requiredCore, importedAdapter)
console.log('ok mixed')

async function receive({ SunoCallbacks }, { expressMiddleware }) {
  const suno = new SunoCallbacks({ secret: 'a secret of this app', baseUrl: 'https://app.example.com/suno' })
  const events = []
  suno.on('music:complete', (event) => events.push(event))

  const app = express()
  app.use('/suno', expressMiddleware(suno))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const url = new URL(suno.callbackUrl('music', { metadata: { orderId: '42' } }))
  const post = (headers = {}) =>
    fetch(`http://127.0.0.1:${server.address().port}${url.pathname}${url.search}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(sample('music:complete', { taskId: 'task-1' })),
    })

  const response = await post()
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

  // The adapter's error about the body crosses from one copy to the other.
  const encoded = await post({ 'content-encoding': 'gzip' })
  assert.equal(encoded.status, 415)
  await encoded.text()

  assert.equal(await suno.close(), 0)
  server.close()
}
