import { sample } from '../../../src/testing/index.js'
import { awaitAnswer, flood, goAway, halfClose, trickle, type Case } from '../case.js'
import { chunk, CHUNKED, head, inChunks, LAST_CHUNK, whole } from '../request.js'

export const CALLBACK = JSON.stringify(sample('music:complete'))

const CHUNKED_HEAD = head({ headers: CHUNKED })
const HUGE = { 'content-length': String(100 * 2 ** 20) }
const UNKNOWN = '{"code":200,"data":{"hologram_url":"https://example.com/h"}}'
const KILOBYTE = 'x'.repeat(1024)

const RECEIVED = { expected: '200 received' }
const MALFORMED = { expected: '400 malformed' }

const good: readonly Case[] = [
  { title: 'of known length', does: [whole(CALLBACK)], ...RECEIVED },
  { title: 'of unknown length', does: [inChunks([CALLBACK])], ...RECEIVED },
  { title: 'in many small pieces', does: [inChunks(CALLBACK.match(/.{1,7}/gsu) ?? [])], ...RECEIVED },
  {
    title: 'with trailers',
    does: [CHUNKED_HEAD, chunk(CALLBACK), '0\r\nx-checksum: 42\r\n\r\n'],
    ...RECEIVED,
  },
  { title: 'with a byte order mark', does: [whole(`\ufeff${CALLBACK}`)], ...RECEIVED },
]

const bad: readonly Case[] = [
  { title: 'of length 0', does: [whole('')], ...MALFORMED },
  { title: 'of unknown length, and empty', does: [inChunks([])], ...MALFORMED },
  { title: 'not announced at all', does: [head()], ...MALFORMED },
  { title: 'no JSON', does: [whole('task_id=1')], ...MALFORMED },
  { title: 'JSON that breaks off', does: [whole('{"code":200,"data":{"task_id":"x"')], ...MALFORMED },
  { title: 'JSON with more behind it', does: [whole('{"task_id":"x"}{}')], ...MALFORMED },
  { title: 'broken UTF-8', does: [whole(Buffer.from('{"task_id":"\xff\xfe"}', 'latin1'))], ...MALFORMED },
  { title: 'nested without end', does: [whole('['.repeat(1000) + ']'.repeat(1000))], ...MALFORMED },
  { title: 'with two task ids', does: [whole('{"code":200,"task_id":"one","data":{"task_id":"two"}}')], ...MALFORMED },
  { title: 'of no known shape', does: [whole(UNKNOWN)], ...RECEIVED },
  {
    title: 'of no known shape, and nobody listens for what is unknown',
    does: [whole(UNKNOWN)],
    expected: '422 unrecognised',
    listensFor: 'music:complete',
  },
]

const large: readonly Case[] = [
  { title: 'of exactly maxBodyBytes', does: [whole(CALLBACK.padEnd(2048))], ...RECEIVED },
  { title: 'one byte above maxBodyBytes', does: [whole(CALLBACK.padEnd(2049))], expected: '413 too-large' },
  { title: 'too large, and sent at once', does: [whole(KILOBYTE.repeat(3000))], expected: '413 too-large, closed' },
  { title: 'too large, announced and not sent', does: [head({ headers: HUGE })], expected: '413 too-large, closed' },
  {
    title: 'too large, of unknown length',
    does: [CHUNKED_HEAD + chunk(KILOBYTE) + chunk(KILOBYTE) + chunk('x')],
    expected: '413 too-large, closed',
  },
  {
    title: 'too large, of unknown length, sent to its end after the answer',
    does: [CHUNKED_HEAD + chunk(KILOBYTE.repeat(3)), awaitAnswer, chunk(KILOBYTE.repeat(100)) + LAST_CHUNK],
    expected: '413 too-large, closed',
  },
  {
    title: 'too large, without end',
    does: [CHUNKED_HEAD, flood(chunk(KILOBYTE.repeat(64)))],
    expected: '413 too-large, closed',
  },
  {
    title: 'too large, its sender gone after the answer',
    does: [CHUNKED_HEAD + chunk(KILOBYTE.repeat(3)), awaitAnswer, goAway],
    expected: '413 too-large, closed (BODY_TOO_LARGE)',
  },
]

const slow: readonly Case[] = [
  {
    title: 'of known length, a byte at a time',
    does: [head({ headers: { 'content-length': '500' } }), trickle(' ')],
    expected: '408 too-slow, closed',
  },
  {
    title: 'of unknown length, a byte at a time',
    does: [CHUNKED_HEAD, trickle(chunk(' '))],
    expected: '408 too-slow, closed',
  },
  {
    title: 'that never comes',
    does: [head({ headers: { 'content-length': '10' } })],
    expected: '408 too-slow, closed',
  },
]

const cutOff: readonly Case[] = [
  {
    title: 'of known length, the client gone in its middle',
    does: [head({ headers: { 'content-length': '500' } }) + CALLBACK.slice(0, 100), goAway],
    expected: 'closed (BODY_ABORTED)',
  },
  {
    title: 'of unknown length, the client gone in its middle',
    does: [CHUNKED_HEAD + chunk(CALLBACK), goAway],
    expected: 'closed (BODY_ABORTED)',
  },
  {
    title: 'that has not begun, the client gone',
    does: [head({ headers: { 'content-length': '500' } }), goAway],
    expected: 'closed (BODY_ABORTED)',
  },
  {
    title: 'whole, the client gone before the answer',
    does: [whole(CALLBACK), goAway],
    expected: 'closed (handled)',
    events: 1,
  },
  {
    title: 'whose client ends its side in its middle',
    does: [head({ headers: { 'content-length': '500' } }) + CALLBACK.slice(0, 100), halfClose],
    expected: '400 (node), closed',
  },
  {
    title: 'whose chunks are broken',
    does: [CHUNKED_HEAD + chunk(CALLBACK) + 'no size\r\n'],
    expected: '400 (node), closed',
  },
]

export const bodies: readonly Case[] = [
  ...good,
  ...bad,
  ...large.map((line) => ({ ...line, options: { verify: false, maxBodyBytes: 2048 } as const })),
  ...slow.map((line) => ({ ...line, options: { verify: false, bodyTimeoutMs: 100 } as const })),
  ...cutOff,
]
