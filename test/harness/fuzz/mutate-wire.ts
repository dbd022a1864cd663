import type { Dice } from './dice.js'
import { mutateBytes } from './mutate-bytes.js'
import type { Headers } from './make-headers.js'

/** The parts of a request. */
interface Request {
  readonly kind: string | undefined
  readonly query: string
  readonly headers: Headers | undefined
  readonly body: Buffer
}

/** The bytes of an orderly request. */
export function toWire(request: Request): Buffer {
  return Buffer.concat([toHead(request, []), request.body])
}

/** The same request, its body in chunks of one byte; what is longer than such chunks arrive in time ends with one large chunk. */
export function toChunks(request: Request): Buffer {
  const { body } = request
  const bytes = [...body.subarray(0, MOST_CHUNKS)].map((byte) => Buffer.from([0x31, 0x0d, 0x0a, byte, 0x0d, 0x0a]))
  const rest = body.subarray(MOST_CHUNKS)
  const last = rest.length === 0 ? [] : [Buffer.from(`${rest.length.toString(16)}\r\n`), rest, Buffer.from('\r\n')]
  const head = toHead(request, ['transfer-encoding: chunked'], null)
  return Buffer.concat([head, ...bytes, ...last, Buffer.from('0\r\n\r\n')])
}

const MOST_CHUNKS = 8_192

/** Whether the request is one line after another, and means the same to all frameworks: HTTP trims the values of headers. */
function isOrderly({ query, headers }: Request): boolean {
  const values = Object.values(headers ?? {}).flat()
  return /^[!-"$-~]*$/.test(query) && values.every((value = '') => /^(?! )[ -~]{0,4000}(?<! )$/.test(value))
}

/** For a fifth: pieces of a request that is out of order in its head, its length, its pace or its end. Null for the others. */
export function mutateWire(request: Request, dice: Dice): readonly Buffer[] | null {
  if (dice.hits(0.8)) return isOrderly(request) ? null : [toWire(request)]
  return dice.pick(MUTATIONS)(request, dice)
}

type Mutation = (request: Request, dice: Dice) => readonly Buffer[]

const MUTATIONS: readonly Mutation[] = [
  (request, dice) => [mutateBytes(toHead(request, []), request.body, dice), request.body],
  (request, dice) => [mutateBytes(toWire(request), toHead(request, []), dice)],
  (request, dice) => [toHead(request, [dice.pick(LINES)]), request.body],
  (request, dice) => [toHead(request, [dice.pick(LINES), dice.pick(LINES)]), request.body],
  (request, dice) => [toHead(request, [], dice.pick([0, 1, request.body.length + 1, 1e6, 2 ** 53])), request.body],
  (request, dice) => [toHead({ ...request, kind: undefined }, [], undefined, dice.pick(TARGETS)), request.body],
  (request, dice) => {
    const wire = toWire(request)
    const cut = dice.below(wire.length)
    return [wire.subarray(0, cut), wire.subarray(cut)]
  },
  (request) => [toWire(request), toWire(request)],
]

const LINES: readonly string[] = [
  'transfer-encoding: chunked',
  'content-length: 1',
  'content-encoding: gzip',
  'content-type: text/plain',
  'expect: 100-continue',
  'expect: nothing',
  'upgrade: websocket\r\nconnection: upgrade',
  'connection: close',
  'x-http-method-override: GET',
  '__proto__: 1',
  'constructor: 1',
  `x-long: ${'x'.repeat(20_000)}`,
  'x-break: a\rb',
  ' folded: 1',
  'no colon',
  'x\u00ff: \u00ff',
]

const TARGETS: readonly string[] = [
  '*',
  '//',
  '/suno//music',
  '/suno/../suno/music',
  '/suno/%6dusic',
  '/suno/%',
  '/suno/__proto__',
  '/suno/constructor',
  '/suno/music/x',
  '/SUNO/music',
  '?suno_signature=1',
  'http://host/suno/music',
  '/suno/music\u00ff',
  '/suno\\music',
  `/suno/${'x'.repeat(20_000)}`,
]

function toHead(
  { kind, query, headers, body }: Request,
  more: readonly string[],
  length: number | null = body.length,
  target?: string,
): Buffer {
  const path = target ?? `/suno${kind === undefined ? '' : `/${kind}`}${query === '' ? '' : `?${query}`}`
  const own = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${one}`),
  )
  const size = length === null ? [] : [`content-length: ${String(length)}`]
  const lines = [`POST ${path} HTTP/1.1`, 'host: localhost', ...own, ...size, ...more]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}
