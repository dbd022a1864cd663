import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { kieSignature, SunoCallbacks } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'

/** Lyrics from kie.ai, with its header signature checked beside our signed URLs: both must pass. */
interface Draft {
  readonly taskId: string
  readonly texts: readonly string[]
  /** Variants that failed beside the good ones, or why there are none. */
  readonly problems: readonly string[]
}

const drafts = new Map<string, Draft>()

async function main(): Promise<void> {
  const { PORT = '3000', KIE_WEBHOOK_KEY } = process.env
  if (KIE_WEBHOOK_KEY === undefined) {
    throw new Error('Set KIE_WEBHOOK_KEY to the webhookHmacKey that https://kie.ai/settings shows once it is enabled.')
  }
  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL. The headers of kie.ai sign task id and time, not
  // the body; the URL, which only kie.ai knows, covers what they leave open.
  const suno = new SunoCallbacks({ verify: kieSignature(KIE_WEBHOOK_KEY) })
  suno.callbackUrl('lyrics', { metadata: {} }) // throws now, not at the first song, when address or secret is missing

  suno.on('lyrics:complete', ({ taskId, lyrics, failures, metadata }) => {
    const problems = failures.map(({ errorMessage }) => errorMessage ?? 'failed')
    drafts.set(metadata.draftId ?? taskId, { taskId, texts: lyrics.map(({ text }) => text), problems })
    console.log(`draft ${metadata.draftId ?? taskId}: ${String(lyrics.length)} variants`)
  })
  suno.on('error', ({ taskId, reason, message, metadata }) => {
    drafts.set(metadata.draftId ?? taskId, { taskId, texts: [], problems: [message ?? reason] })
    console.log(`draft ${metadata.draftId ?? taskId}: ${reason}`)
  })
  suno.on('outcome', (outcome) => {
    if (outcome.status === 'rejected') console.log(`rejected: ${outcome.error.code}`)
  })

  const app = express()
  app.use('/suno', expressMiddleware(suno))

  // What to POST to https://api.kie.ai/api/v1/lyrics, with your API key.
  app.get('/drafts/new', (request, response) => {
    const draftId = typeof request.query.draftId === 'string' ? request.query.draftId : crypto.randomUUID()
    const callBackUrl = suno.callbackUrl('lyrics', { metadata: { draftId } })
    response.json({ prompt: 'A song about a lantern on a harbour wall', callBackUrl })
  })
  app.get('/drafts/:draftId', (request, response) => {
    const draft = drafts.get(request.params.draftId)
    response.status(draft === undefined ? 404 : 200).json(draft ?? { error: 'There is no such draft.' })
  })

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
