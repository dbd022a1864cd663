const express = require('express')
const request = require('supertest')
const { SunoCallbacks } = require('suno-callbacks')
const { expressMiddleware } = require('suno-callbacks/express')
const { sample } = require('suno-callbacks/testing')

test('hands a callback to the listener and answers 200', async () => {
  const suno = new SunoCallbacks({ secret: 'a secret of this app', baseUrl: 'https://app.example.com/suno' })
  const save = jest.fn()
  suno.on('music:complete', save)
  const app = express()
  app.use('/suno', expressMiddleware(suno))

  const url = new URL(suno.callbackUrl('music', { metadata: { orderId: '42' } }))
  const body = sample('music:complete', { taskId: 'task-1' })
  const response = await request(app)
    .post(url.pathname + url.search)
    .send(body)

  expect(response.status).toBe(200)
  expect(response.body).toEqual({ status: 'received' })
  expect(save).toHaveBeenCalledTimes(1)
  const [event] = save.mock.calls[0]
  expect(event).toMatchObject({ type: 'music:complete', taskId: 'task-1', metadata: { orderId: '42' } })
  expect(event.tracks).toHaveLength(2)
  expect(event.tracks[0].audioUrl).toMatch(/^https:/)
  expect(event.tracks[0].createdAt).toBeInstanceOf(Date)
})
