import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Router from '@koa/router'
import Koa from 'koa'
import { SunoCallbacks } from 'suno-callbacks'
import { koaMiddleware } from 'suno-callbacks/koa'

/** A page of music videos, each for as long as the provider keeps its file. */
interface Video {
  readonly songId: string | null
  readonly url: string
  readonly expiresAt: Date
}

const videos = new Map<string, Video>()
const problems = new Map<string, string>()

async function main(): Promise<void> {
  const { PORT = '3000' } = process.env
  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL.
  const suno = new SunoCallbacks()
  suno.callbackUrl('video') // throws now, not at the first video, when the address is missing

  suno.on('video:complete', ({ key, videoUrl: url, expiresAt, metadata }) => {
    // The key is the event's own: should it ever be handled twice, it is the same video.
    videos.set(key, { songId: metadata.songId ?? null, url, expiresAt })
    console.log(`video of song ${metadata.songId ?? 'unknown'}: ${url}`)
  })
  suno.on('error', ({ taskId, reason, message }) => {
    problems.set(taskId, message ?? reason)
    console.log(`task ${taskId} failed: ${reason}`)
  })

  const router = new Router()
  router.post('/suno{/:kind}', koaMiddleware(suno))
  // What to POST to https://api.sunoapi.org/api/v1/mp4/generate, with your API key.
  router.get('/videos/new', (context) => {
    const { taskId = '', audioId = '' } = context.query
    const songId = String(audioId)
    context.body = { taskId, audioId, callBackUrl: suno.callbackUrl('video', { metadata: { songId } }) }
  })
  router.get('/videos', (context) => {
    context.body = [...videos.values()].filter(({ expiresAt }) => expiresAt.getTime() > Date.now())
  })
  router.get('/problems/:taskId', (context) => {
    context.body = { problem: problems.get(context.params.taskId ?? '') ?? null }
  })

  const app = new Koa()
  app.use(router.routes()).use(router.allowedMethods())
  app.on('error', (error: unknown) => console.error(error))

  const server = app.listen(Number(PORT))
  const stopped = once(process, 'SIGTERM')
  await once(server, 'listening')
  console.log(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)

  await stopped
  const left = await suno.close() // new callbacks get 503 and come again; those under way are waited for
  server.close()
  console.log(`closed, ${String(left)} events left unfinished`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
