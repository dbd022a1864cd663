import { sample } from '../../../src/testing/index.js'
import { WEB } from '../names.js'
import { awaitAnswer, type Case } from '../case.js'
import { chunk, CHUNKED, head, inChunks, whole } from '../request.js'
import { SECRET } from '../subject.js'
import { CALLBACK } from './bodies.js'

const ANOTHER = JSON.stringify(sample('music:complete'))
const LENGTH = String(Buffer.byteLength(CALLBACK))
const EXPECTING = head({ headers: { 'content-length': LENGTH, expect: '100-continue' } })

export const connections: readonly Case[] = [
  {
    title: 'requests that do not wait for answers',
    does: [Buffer.concat([whole(CALLBACK), whole('{'), whole(ANOTHER)])],
    requests: 3,
    expected: '200 received, 400 malformed, 200 received',
  },
  {
    title: 'a callback behind a request that closes it',
    does: [Buffer.concat([Buffer.from(inChunks([CALLBACK], { method: 'PUT' })), whole(CALLBACK)])],
    requests: 2,
    expected: '405 wrong-method (allow POST, GET, HEAD), closed',
    unlike: [
      {
        adapters: WEB,
        expected: '405 wrong-method (allow POST, GET, HEAD), 200 received',
        because: 'the bridge of @hono/node-server reads the rest of a body away, and goes on',
      },
    ],
    events: 1,
  },
  {
    title: 'leave to send the body is given',
    does: [EXPECTING, awaitAnswer, CALLBACK],
    expected: '100 (node), 200 received',
  },
  {
    title: 'leave to send the body, refused before it is there',
    does: [EXPECTING, awaitAnswer, awaitAnswer, CALLBACK],
    expected: '100 (node), 401 unauthorized',
    options: { secret: SECRET },
  },
  {
    title: 'any other expectation',
    does: [head({ headers: { 'content-length': '0', expect: 'wonders' } })],
    expected: '417 (node)',
  },
  { title: 'HTTP/1.0', does: [whole(CALLBACK, { version: '1.0' })], expected: '200 received, closed' },
  {
    title: 'HTTP/1.0 that keeps the connection',
    does: [whole(CALLBACK, { version: '1.0', headers: { connection: 'keep-alive' } })],
    expected: '200 received',
  },
  {
    title: 'HTTP/1.0, too large',
    does: [head({ version: '1.0', headers: { 'content-length': '104857600', connection: 'keep-alive' } })],
    expected: '413 too-large, closed',
  },
  {
    title: 'a client that asks to close',
    does: [whole(CALLBACK, { headers: { connection: 'close' } })],
    expected: '200 received, closed',
  },
  {
    title: 'an upgrade that nobody offers',
    does: [whole(CALLBACK, { headers: { connection: 'upgrade', upgrade: 'websocket' } })],
    expected: '200 received',
  },
  { title: 'no host', does: [whole(CALLBACK, { headers: { host: undefined } })], expected: '400 (node), closed' },
  { title: 'no HTTP', does: ['hello\r\n\r\n'], expected: '400 (node), closed' },
  {
    title: 'headers above 16 kB',
    does: [whole(CALLBACK, { headers: { 'x-padding': 'x'.repeat(20_000) } })],
    expected: '431 (node), closed',
  },
]

const NO_BODY = { 'content-type': undefined }
const HUGE = { 'content-length': '104857600' }

export const methods: readonly Case[] = [
  // Without a body these closed the connection, as if one were still to come.
  ...['PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
    title: method,
    does: [head({ method, headers: NO_BODY })],
    expected: '405 wrong-method (allow POST, GET, HEAD)',
  })),
  { title: 'GET', does: [head({ method: 'GET', headers: NO_BODY })], expected: '200 page' },
  { title: 'GET with a body', does: [whole('{}', { method: 'GET' })], expected: '200 page' },
  {
    title: 'GET with a body of unknown length',
    does: [inChunks(['{}'], { method: 'GET' })],
    expected: '200 page, closed',
  },
  { title: 'HEAD', does: [head({ method: 'HEAD', headers: NO_BODY })], isHead: true, expected: '200 (no body)' },
  {
    title: 'PUT with a body',
    does: [whole('{}', { method: 'PUT' })],
    expected: '405 wrong-method (allow POST, GET, HEAD)',
  },
  {
    title: 'PUT with a body of unknown length',
    does: [inChunks(['{}'], { method: 'PUT' })],
    expected: '405 wrong-method (allow POST, GET, HEAD), closed',
  },
]

const early: readonly (Omit<Case, 'does'> & { readonly parts: Parameters<typeof head>[0] })[] = [
  { title: 'an unsigned URL', parts: {}, options: { secret: SECRET }, expected: '401 unauthorized, closed' },
  { title: 'a wrong method', parts: { method: 'PUT' }, expected: '405 wrong-method (allow POST, GET, HEAD), closed' },
  {
    title: 'a wrong content type',
    parts: { headers: { 'content-type': 'text/plain' } },
    expected: '415 not-json, closed',
  },
]

/** A large body is neither waited for nor read. */
export const earlyRefusals: readonly Case[] = early.flatMap(({ title, parts, ...line }) => [
  {
    ...line,
    title: `${title}, the body announced`,
    does: [head({ ...parts, headers: { ...parts?.headers, ...HUGE } })],
  },
  {
    ...line,
    title: `${title}, the body of unknown length`,
    does: [head({ ...parts, headers: { ...parts?.headers, ...CHUNKED } }) + chunk('x')],
  },
])
