import type { IncomingMessage } from 'node:http'
import type { AdapterName } from '../names.js'
import { awaitAnswer, type Case } from '../case.js'
import { head, inChunks, whole } from '../request.js'
import { CALLBACK } from './bodies.js'
import { COMPRESSED } from './content.js'

const KOA: readonly AdapterName[] = ['Koa', 'koa-mount', '@koa/router']
const LARGE = CALLBACK.padEnd(4096)
const BROKEN = '{"code":200'

const good: readonly Case[] = (['json', 'raw', 'text', 'urlencoded'] as const).flatMap((parser) => [
  { parser, title: 'of known length', does: [whole(CALLBACK)], expected: '200 received' },
  { parser, title: 'of unknown length', does: [inChunks([CALLBACK])], expected: '200 received' },
])

const compressed: readonly Case[] = (['json', 'raw', 'text', 'urlencoded'] as const).flatMap((parser) =>
  Object.entries(COMPRESSED).map(([encoding, body]) => ({
    parser,
    title: encoding,
    does: [whole(body, { headers: { 'content-encoding': encoding } })],
    expected: parser === 'urlencoded' ? '415 not-json' : '200 received',
    unlike:
      encoding === 'br' && parser !== 'urlencoded'
        ? [{ adapters: ['Express 4'], expected: '415 (app)', because: 'its parsers do not know brotli' }]
        : [],
  })),
)

const empty: readonly Case[] = (['json', 'raw', 'text', 'urlencoded'] as const).flatMap((parser) => [
  { parser, title: 'of length 0', does: [whole('')], expected: '400 malformed' },
  { parser, title: 'of unknown length, and empty', does: [inChunks([])], expected: '400 malformed' },
])

const broken: readonly Case[] = [
  { parser: 'json', title: 'JSON that breaks off', does: [whole(BROKEN)], expected: '400 (app)' },
  { parser: 'raw', title: 'JSON that breaks off', does: [whole(BROKEN)], expected: '400 malformed' },
  { parser: 'text', title: 'JSON that breaks off', does: [whole(BROKEN)], expected: '400 malformed' },
  { parser: 'urlencoded', title: 'JSON that breaks off', does: [whole(BROKEN)], expected: '400 malformed' },
]

const large: readonly Case[] = (
  [
    {
      parser: 'json',
      expected: '200 received',
      unlike: [{ adapters: KOA, expected: '413 too-large', because: 'its parser leaves the text beside the JSON' }],
    },
    { parser: 'raw', expected: '413 too-large' },
    { parser: 'text', expected: '413 too-large' },
    { parser: 'urlencoded', expected: '413 too-large' },
  ] as const
).map((line) => ({
  ...line,
  title: 'above our maxBodyBytes',
  does: [whole(LARGE)],
  options: { verify: false, maxBodyBytes: 2048 },
}))

/** Its limit is below ours. */
const limited: readonly Case[] = [
  { parser: 'json up to 1 kB', title: 'above its limit', does: [whole(LARGE)], expected: '413 (app)' },
  {
    parser: 'json up to 1 kB',
    title: 'above its limit, of unknown length',
    does: [inChunks([LARGE])],
    expected: '413 (app)',
  },
]

/** What it could not read comes to the receiver all the same. Whoever has lost a body must not answer 200. */
const ignored: readonly Case[] = (
  [
    { title: 'JSON that breaks off', does: [whole(BROKEN)] },
    // Express 4 leaves `{}` then, which was taken for the callback and answered 200.
    { title: 'JSON that breaks off, of unknown length', does: [inChunks([BROKEN])] },
    // Koa's parser has paused what it did not read, which was waited for in vain, and answered 408.
    {
      title: 'above its limit',
      does: [whole(LARGE)],
      unlike: [{ adapters: KOA, expected: '200 received', because: 'its parser has not touched what it refused' }],
    },
    {
      title: 'above its limit, of unknown length',
      does: [inChunks([LARGE])],
      unlike: [
        { adapters: KOA, expected: '500 failed, closed', because: 'its parser stops in the middle of the body' },
      ],
    },
  ] as const
).map((line) => ({ ...line, parser: 'json, its errors ignored', expected: '500 failed' }))

const drain = (request: IncomingMessage) =>
  new Promise((resolve) => {
    request.on('end', resolve)
    request.resume()
  })

const readFirstPiece = (request: IncomingMessage) =>
  new Promise<void>((resolve) => {
    request.once('data', () => {
      request.pause()
      resolve()
    })
  })

/** Something that keeps what it reads to itself: the next callback fails like the first. */
const swallowed: readonly Case[] = [
  { title: 'that leaves nothing', before: drain, does: [whole(CALLBACK)], expected: '500 failed' },
  {
    title: 'that leaves a mere {}',
    // Where Express and node:http have their bodies; Koa has its own place, and nothing there.
    before: (request: IncomingMessage) => drain(Object.assign(request, { body: {} })),
    does: [whole(CALLBACK)],
    expected: '500 failed',
  },
  {
    title: 'that leaves a mere {} of a body of unknown length',
    before: (request: IncomingMessage) => drain(Object.assign(request, { body: {} })),
    does: [inChunks([CALLBACK])],
    expected: '500 failed',
  },
  {
    title: 'that stops in the middle of the body',
    before: readFirstPiece,
    does: [head({ headers: { 'content-length': '60000' } }) + 'x'.repeat(20_000), awaitAnswer, 'x'.repeat(40_000)],
    expected: '500 failed',
  },
].map((line) => ({ ...line, afterwards: '500 failed' }))

export const parsers: readonly Case[] = [
  ...[...good, ...compressed, ...empty, ...broken, ...large, ...limited, ...ignored].map((line) => ({
    ...line,
    title: `${String(line.parser)}: ${line.title}`,
  })),
  ...swallowed,
]
