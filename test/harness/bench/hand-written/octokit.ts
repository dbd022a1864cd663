import type { RequestListener } from 'node:http'
import { createNodeMiddleware, Webhooks } from '@octokit/webhooks'
import { sweep, SWEEP_MS, type Entry } from './memory.js'
import { readMusicEvent } from './music-event.js'
import { LEASE_MS, RETENTION_MS, type Listener } from './receiver.js'

/**
 * @octokit/webhooks with what its users write into the handler: a `Map` of delivery ids with expiry, and the parsing of `music-event.ts`.
 *
 * Does: the HMAC of the body and the JSON by the library, each delivery id once, the listener awaited, its errors 500. Does not: limit the
 * size or the time of a body; past nine seconds that library answers 202, before the work has ended; a repeat of what is under way throws,
 * and is answered 500.
 */
export function octokitReceiver(listener: Listener, secret: string): RequestListener {
  const deliveries = new Map<string, Entry>()
  setInterval(() => sweep(deliveries), SWEEP_MS).unref()
  const webhooks = new Webhooks({ secret, log: SILENT })

  webhooks.on('push', async ({ id, payload }) => {
    const now = Date.now()
    const known = deliveries.get(id)
    if (known !== undefined && known.until > now) {
      if (known.isDone) return
      throw new Error('The delivery is under way.')
    }
    const event = readMusicEvent(payload, null)
    if (event === null) throw new Error('The body has no known shape.')
    const delivery = { until: now + LEASE_MS, isDone: false }
    deliveries.set(id, delivery)
    try {
      await listener(event)
    } catch (error) {
      deliveries.delete(id)
      throw error
    }
    delivery.until = Date.now() + RETENTION_MS
    delivery.isDone = true
  })

  const middleware = createNodeMiddleware(webhooks, { path: '/suno' })
  return (request, response) => void middleware(request, response)
}

/** What is refused is told to its sender; its log would be the slower part of a load of forged requests. */
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
