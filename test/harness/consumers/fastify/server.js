import fastify from 'fastify'
import { SunoCallbacks } from 'suno-callbacks'
import { sunoFastify } from 'suno-callbacks/fastify'

const seen = []
const suno = new SunoCallbacks({ bodyTimeoutMs: 1000 })
suno.on('*', ({ type, taskId, metadata }) => seen.push({ type, taskId, orderId: metadata.orderId }))

const app = fastify()
await app.register(sunoFastify, { suno, prefix: '/suno' })
app.get('/seen', () => seen)
await app.listen({ port: Number(process.env.PORT) })
