import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A file server whose files are made of their names: `/<bytes>/<name>`. */
export interface Media {
  readonly url: string
  /** What was sent, by path: how often it was asked for, and how many bytes left. */
  readonly served: Map<string, { requests: number; bytes: number }>
  close(): void
}

/** @param pauseMs between two chunks of 64 KiB */
export async function serveMedia({ pauseMs = 0 } = {}): Promise<Media> {
  const served: Media['served'] = new Map()
  const server = createServer((request, response) => {
    const path = String(request.url)
    const count = served.get(path) ?? { requests: 0, bytes: 0 }
    served.set(path, count)
    count.requests++
    response.writeHead(200, { 'content-length': sizeOf(path) })
    // A client that was killed takes no more.
    send(path, response, pauseMs, (bytes) => (count.bytes += bytes)).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    served,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function send(path: string, response: ServerResponse, pauseMs: number, count: (bytes: number) => void) {
  for (const chunk of chunksOf(path)) {
    if (response.destroyed) return
    count(chunk.length)
    // Of a client that was killed there is nothing to wait for: the promise goes with it.
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve))
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  response.end()
}

const CHUNK = 65_536

export function sizeOf(path: string): number {
  return Number(path.split('/')[1])
}

/** What the whole file hashes to. */
export function sha256Of(path: string): string {
  const hash = createHash('sha256')
  for (const chunk of chunksOf(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** A song or an image by its first bytes, and its name again and again. */
function* chunksOf(path: string): Generator<Buffer> {
  const filling = Buffer.alloc(CHUNK, `${path} `)
  const magic = path.endsWith('.png') ? Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') : Buffer.from('ID3')
  yield magic
  for (let left = sizeOf(path) - magic.length; left > 0; left -= CHUNK) yield filling.subarray(0, left)
}
