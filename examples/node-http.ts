import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SunoCallbacks } from 'suno-callbacks'
import { requestListener } from 'suno-callbacks/node'

/** Voices of users: the provider sends a phrase, the user records it, the provider makes a voice of the recording. */
interface Voice {
  readonly state: 'waiting' | 'record' | 'ready' | 'failed'
  readonly text: string | null
}

const voices = new Map<string, Voice>()

function keep(userId: string | undefined, voice: Voice): void {
  if (userId === undefined) return
  // Events can end in any order: a phrase that comes late must not take a finished voice away.
  if (voice.state !== 'ready' && voices.get(userId)?.state === 'ready') return
  voices.set(userId, voice)
  console.log(`user ${userId}: ${voice.state} ${voice.text ?? ''}`)
}

async function main(): Promise<void> {
  const { PORT = '3000' } = process.env
  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL.
  const suno = new SunoCallbacks()
  suno.callbackUrl('phrase') // throws now, not at the first voice, when the address is missing

  suno.on('phrase:ready', ({ metadata, phrase }) => keep(metadata.userId, { state: 'record', text: phrase }))
  suno.on('voice:ready', ({ metadata, voiceId }) => keep(metadata.userId, { state: 'ready', text: voiceId }))
  suno.on('error', ({ metadata, message }) => keep(metadata.userId, { state: 'failed', text: message }))

  /** The app that was there before: it gets every request that is no callback. */
  const app = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const userId = searchParams.get('userId')
    if (userId === null) return answer(response, 400, { error: 'Say whose voice: ?userId=…' })
    const url = (kind: 'phrase' | 'voice') => suno.callbackUrl(kind, { metadata: { userId } })
    switch (pathname) {
      case '/voices':
        return answer(response, 200, voices.get(userId) ?? { state: 'waiting', text: null })
      // What to send along with the three voice requests of the provider. The second is spelt like that there.
      case '/voices/new':
        voices.delete(userId)
        return answer(response, 200, { callBackUrl: url('phrase') })
      case '/voices/another-phrase':
        return answer(response, 200, { calBackUrl: url('phrase') })
      case '/voices/recorded':
        return answer(response, 200, { callBackUrl: url('voice') })
      default:
        return answer(response, 404, { error: 'There is no such page.' })
    }
  }

  const server = createServer(requestListener(suno, { path: '/suno', next: app })).listen(Number(PORT))
  const stopped = once(process, 'SIGTERM')
  await once(server, 'listening')
  console.log(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)

  await stopped
  const left = await suno.close() // new callbacks get 503 and come again; those under way are waited for
  server.close()
  console.log(`closed, ${String(left)} events left unfinished`)
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
