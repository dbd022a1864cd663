import type { IncomingMessage } from 'node:http'

export const MAX_BYTES = 1024 * 1024
const TIMEOUT_MS = 5_000

/** The parsed body, within size and time; else the status that says why not. */
export async function readJson(
  request: IncomingMessage,
): Promise<{ readonly body: unknown } | { readonly status: number }> {
  const text = await readText(request)
  if (typeof text === 'number') return { status: text }
  try {
    return { body: JSON.parse(text) }
  } catch {
    return { status: 400 }
  }
}

function readText(request: IncomingMessage): Promise<string | 408 | 413> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) return Promise.resolve(413)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => resolve(408), TIMEOUT_MS)
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_BYTES) resolve(413)
      else chunks.push(chunk)
    })
    request.on('end', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString())
    })
    request.on('error', reject)
  })
}
