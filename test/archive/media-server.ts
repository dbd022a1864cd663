import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { mediaFile, type MediaFile } from '../../src/testing/server/media.js'
import { mediaCertificate, mediaKey } from './certificate.js'

/** How a server answers a request for a file. */
export type Behaviour = (file: MediaFile, response: ServerResponse, request: IncomingMessage) => void

/** A file server with good and bad ways; closed with the test. A link is `<url>/<behaviour>/<file>`, such as `/cut/song.mp3`. */
export interface MediaServer {
  readonly url: string
  readonly port: number
  /** The paths that were asked for, in their order. */
  readonly asked: string[]
  readonly headers: IncomingMessage['headers'][]
  /** Ways of this server alone, by their names in links. */
  readonly behaviours: Record<string, Behaviour>
}

export async function mediaServer({ isSecure = false } = {}): Promise<MediaServer> {
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const behaviours: Record<string, Behaviour> = { ...WAYS }
  const answer: RequestListener = (request, response) => {
    const path = String(request.url)
    asked.push(path)
    headers.push(request.headers)
    const [, way = ''] = path.split('/')
    const behaviour = behaviours[way]
    if (behaviour === undefined) response.writeHead(404).end()
    else behaviour(mediaFile(path.split('?')[0] as string), response, request)
  }
  const server = isSecure ? createSecureServer({ key: mediaKey, cert: mediaCertificate }, answer) : createServer(answer)
  // Every connection is ended with the test, those that stall as well.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  const url = `${isSecure ? 'https' : 'http'}://127.0.0.1:${String(port)}`
  return { url, port, asked, headers, behaviours }
}

const status =
  (code: number): Behaviour =>
  (_, response) =>
    response.writeHead(code, { 'content-type': 'text/html' }).end('<!doctype html><title>No</title>')

const text =
  (contentType: string, body: string): Behaviour =>
  (_, response) =>
    response.writeHead(200, { 'content-type': contentType, 'content-length': body.length }).end(body)

/** The head of an answer by hand, where node:http would keep it right. */
function raw(response: ServerResponse, head: readonly string[], body: Uint8Array, isOver: boolean): void {
  const socket = response.socket as Socket
  socket.write(`HTTP/1.1 200 OK\r\n${head.map((line) => `${line}\r\n`).join('')}\r\n`)
  socket.write(body)
  if (isOver) socket.end()
}

const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)

const WAYS: Readonly<Record<string, Behaviour>> = {
  ok: ({ bytes, contentType }, response) =>
    response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.length }).end(bytes),
  chunked: ({ bytes }, response) => {
    response.write(half(bytes))
    response.end(bytes.subarray(half(bytes).length))
  },
  'until-the-end': ({ bytes }, response) => raw(response, ['connection: close'], bytes, true),
  octets: ({ bytes }, response) =>
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length }).end(bytes),
  bytewise: ({ bytes }, response) => {
    response.writeHead(200, { 'content-length': bytes.length })
    for (const byte of bytes.subarray(0, 40)) response.write(Buffer.of(byte))
    response.end(bytes.subarray(40))
  },
  empty: (_, response) => response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': 0 }).end(),
  'empty-chunked': (_, response) => response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(),
  html: text('text/html', '<!doctype html><title>Not here</title><h1>This file is not here any more</h1>'),
  'html-as-audio': text('audio/mpeg', '<!doctype html><title>Not here</title><h1>Not here any more</h1>'),
  json: text('application/json', '{"code":404,"msg":"The file does not exist"}'),
  xml: text('application/xml', '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'),
  tiny: text('audio/mpeg', 'no'),
  cut: ({ bytes }, response) => raw(response, [`content-length: ${String(bytes.length)}`], half(bytes), true),
  'cut-chunks': ({ bytes }, response) => {
    const part = half(bytes)
    const chunk = Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
    raw(response, ['transfer-encoding: chunked'], chunk, true)
  },
  'cut-before-the-body': ({ bytes }, response) =>
    raw(response, [`content-length: ${String(bytes.length)}`], Buffer.alloc(0), true),
  'says-too-much': ({ bytes }, response) => raw(response, [`content-length: ${String(bytes.length + 9)}`], bytes, true),
  'says-too-little': ({ bytes }, response) =>
    raw(response, [`content-length: ${String(bytes.length - 9)}`, 'connection: close'], bytes, true),
  stall: ({ bytes }, response) => raw(response, [`content-length: ${String(bytes.length)}`], half(bytes), false),
  'stall-before-the-head': () => undefined,
  drip: ({ bytes }, response) => {
    response.writeHead(200, { 'content-length': bytes.length })
    let offset = 0
    const timer = setInterval(() => response.write(bytes.subarray(offset, ++offset)), 10)
    response.on('close', () => clearInterval(timer))
  },
  hangup: (_, response) => response.socket?.destroy(),
  gzip: ({ bytes, contentType }, response) => {
    const packed = gzipSync(bytes)
    const head = { 'content-type': contentType, 'content-encoding': 'gzip', 'content-length': packed.length }
    response.writeHead(200, head).end(packed)
  },
  part: ({ bytes }, response) =>
    response.writeHead(206, { 'content-range': `bytes 0-9/${String(bytes.length)}` }).end(bytes.subarray(0, 10)),
  403: status(403),
  404: status(404),
  410: status(410),
  416: status(416),
  500: status(500),
  'no-user-agent': (file, response, request) => {
    const isRefused = request.headers['user-agent'] === undefined
    ;(isRefused ? status(403) : (WAYS.ok as Behaviour))(file, response, request)
  },
  huge: (_, response) => response.writeHead(200, { 'content-length': 10 ** 12 }).write('ID3'),
  endless: (_, response) => {
    const chunk = Buffer.alloc(65_536)
    response.write('ID3')
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', more)
    more()
  },
  'redirect-without-location': status(302),
  loop: (_, response, request) => response.writeHead(302, { location: String(request.url) }).end(),
  // /redirect/<file>?<where to>
  redirect: (_, response, request) => {
    const to = decodeURIComponent(String(request.url).split('?')[1] ?? '')
    response.writeHead(302, { location: to }).end()
  },
}
