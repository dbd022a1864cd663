import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { archiver, directory, type ArchivedFile } from '../../../src/archive/index.js'
import { PROVIDER_NAMES } from '../../../src/polling/endpoints.js'
import { SunoCallbacks, type SunoEvent } from '../../../src/index.js'
import { requestListener } from '../../../adapters/node.js'
import { simulatedProvider } from '../../../src/testing/index.js'
import { temporaryFolder } from '../../archive/folder.js'
import { hasNoChromium, useChromium } from '../../support/chromium.js'

/** Where tasks of each kind with files are submitted; the path of recovery alone asks for another field. */
const SUBMITS: Readonly<Record<string, string>> = {
  music: '/api/v1/generate',
  video: '/api/v1/mp4/generate',
  wav: '/api/v1/wav/generate',
  stems: '/api/v1/vocal-removal/generate',
  cover: '/api/v1/suno/cover/generate',
  recovery: '/api/v1/suno/recovery',
}

describe.skipIf(hasNoChromium)('Chromium plays what the archive keeps', () => {
  const openPage = useChromium()

  test.each(PROVIDER_NAMES)('of every event with files of %s', { timeout: 120_000 }, async (provider) => {
    const root = temporaryFolder()
    const archive = archiver({ to: directory(root), allowPrivate: true })
    const saved = new Map<string, readonly ArchivedFile[]>()
    const suno = new SunoCallbacks({ verify: false, logger: false })
    suno.on('*', async (event: SunoEvent, context) => {
      const { files } = await archive(event, context)
      if (files.length > 0) saved.set(event.type, files)
    })
    const server = createServer(requestListener(suno))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const app = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/suno`
    const simulated = simulatedProvider({ providers: [provider], speed: 100 })
    const listening = await simulated.listen(0, { stageGapMs: 100 })
    onTestFinished(() => listening.close())
    for (const [kind, path] of Object.entries(SUBMITS)) {
      const url = `${app}/${kind}`
      const body = JSON.stringify({ callBackUrl: url, call_back_url: url, sunoTaskId: 'task', prompt: 'A song' })
      await fetch(listening.url + path, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    }
    await expect.poll(() => saved.size, { timeout: 60_000 }).toBe(Object.keys(SUBMITS).length)

    const page = await openPage()
    const files = await serve(root)
    await page.goto(files)
    for (const file of [...saved.values()].flat()) {
      if (file.type === 'lyrics') continue
      const given = [`${files}/${String(file.key)}`, file.contentType].map((text) => JSON.stringify(text))
      const played = await page.evaluate<number>(`play(${given.join()})`)
      expect(played, `${String(file.key)} of ${file.type}`).toBeGreaterThan(0)
    }
  })
})

/** The archive as a site. */
async function serve(root: string): Promise<string> {
  const server = createServer((request, response) => {
    const path = String(request.url)
    response.setHeader('content-type', path === '/' ? 'text/html' : 'application/octet-stream')
    if (path === '/') response.end(PAGE)
    else createReadStream(join(root, path)).pipe(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

/** The page, with a function that answers the seconds that were played, or the pixels that are shown. */
const PAGE = `<!doctype html><title>Archive</title><link rel="icon" href="data:,"><script>
async function play(url, type) {
  const blob = new Blob([await (await fetch(url)).arrayBuffer()], { type })
  if (type.startsWith('image/')) return (await createImageBitmap(blob)).width
  const media = document.createElement(type.startsWith('video/') ? 'video' : 'audio')
  media.muted = true
  media.playbackRate = 8
  media.src = URL.createObjectURL(blob)
  await media.play()
  await new Promise((resolve, reject) => {
    media.onended = resolve
    media.onerror = () => reject(new Error(media.error.message))
  })
  return media.currentTime
}
</script>`
