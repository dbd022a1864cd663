// An app on the server of the runtime itself.
import { SunoCallbacks } from 'suno-callbacks'
import { fetchHandler } from 'suno-callbacks/fetch'

const seen = []
const suno = new SunoCallbacks({ bodyTimeoutMs: 1000 })
suno.on('*', ({ type, taskId, metadata }) => seen.push({ type, taskId, orderId: metadata.orderId }))

const handler = fetchHandler(suno, {
  next: ({ url }) => (new URL(url).pathname === '/seen' ? Response.json(seen) : new Response(null, { status: 404 })),
})
const address = { hostname: '127.0.0.1', port: Number(process.env.PORT) }
if (typeof Bun === 'object') Bun.serve({ ...address, fetch: handler })
else Deno.serve(address, handler)
