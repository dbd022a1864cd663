import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { SunoCallbacks } from 'suno-callbacks'
import { fetchHandler } from 'suno-callbacks/fetch'

const seen = []
const suno = new SunoCallbacks({ bodyTimeoutMs: 1000 })
suno.on('*', ({ type, taskId, metadata }) => seen.push({ type, taskId, orderId: metadata.orderId }))

const handler = fetchHandler(suno)
const app = new Hono()
app.all('/suno/*', (c) => handler(c.req.raw, c.env))
app.get('/seen', (c) => c.json(seen))
serve({ fetch: app.fetch, port: Number(process.env.PORT) })
