/** A request as it goes over the wire. */
export interface RequestParts {
  readonly method?: string
  readonly path?: string
  readonly version?: '1.0' | '1.1'
  /** Beside `host`, `content-type` and `content-length`, or instead of them. Undefined leaves one out, a list sends it repeatedly. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined
}

/** A whole request: a callback for /suno/music, unless told otherwise. */
export function whole(body: string | Uint8Array, parts: RequestParts = {}): Uint8Array {
  const headers = { 'content-length': String(Buffer.byteLength(body)), ...parts.headers }
  return Buffer.concat([Buffer.from(head({ ...parts, headers })), Buffer.from(body)])
}

/** The same with a body of unknown length, in these pieces. */
export function inChunks(pieces: readonly string[], parts: RequestParts = {}): string {
  return head({ ...parts, headers: { ...CHUNKED, ...parts.headers } }) + pieces.map(chunk).join('') + LAST_CHUNK
}

/** A request up to its body. */
export function head({ method = 'POST', path = '/suno/music', version = '1.1', headers }: RequestParts = {}): string {
  const all: RequestParts['headers'] = { host: 'localhost', 'content-type': 'application/json', ...headers }
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}\r\n`),
  )
  return `${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n`
}

export function chunk(data: string): string {
  return `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`
}

export const CHUNKED = { 'transfer-encoding': 'chunked' }

export const LAST_CHUNK = '0\r\n\r\n'
