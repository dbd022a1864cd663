import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SunoCallbacks } from 'suno-callbacks'
import { archiver, directory } from 'suno-callbacks/archive'
import { requestListener } from 'suno-callbacks/node'

/** An app that keeps the files of every task in a folder, before their links die. */
async function main(): Promise<void> {
  const { PORT = '3000', SONGS = './songs', ALLOW_PRIVATE } = process.env
  const archive = archiver({
    to: directory(SONGS),
    include: ['audio', 'image', 'video', 'wav', 'stems', 'lyrics'],
    // Links of the simulated provider on this machine lead to 127.0.0.1.
    allowPrivate: ALLOW_PRIVATE === 'true',
  })
  archive.on('file', ({ file }) => console.log(`${file.type} ${file.name}: ${file.status}`))
  archive.on('failed', (error) => console.error(error.message))

  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL.
  const suno = new SunoCallbacks()
  suno.callbackUrl('music') // throws now, not at the first order, when the address is missing
  // While a file is missing the callback is answered 500 or 503: the provider's retry fetches the rest.
  suno.on('*', archive)

  const server = createServer(requestListener(suno, { path: '/suno' }))
  const stopped = once(process, 'SIGTERM')
  server.listen(Number(PORT))
  await once(server, 'listening')
  console.log(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)

  // Once a day, somebody should know of what is not stored and dies within two days.
  const watch = setInterval(() => {
    archive.due().then(
      (events) =>
        events.forEach(({ taskId, expiresAt }) => console.warn(`${taskId} dies on ${expiresAt.toISOString()}`)),
      (error: unknown) => console.error(error),
    )
  }, 86_400_000)

  await stopped
  clearInterval(watch)
  const left = await suno.close({ graceMs: 10_000 })
  server.close()
  console.log(`closed, ${String(left)} events left unfinished`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
