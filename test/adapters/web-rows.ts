import type { EventType, SunoCallbacksOptions } from '../../src/index.js'
import type { Case } from './case.js'
import { addresses } from './cases/addresses.js'
import { bodies } from './cases/bodies.js'
import { methods } from './cases/connections.js'
import { contentTypes, encodings } from './cases/content.js'
import { signatures } from './cases/signatures.js'
import { OWN } from './names.js'

/** A row of the matrix that is one whole request of HTTP/1.1, without a server between: for the runtime's own `Request`. */
export interface WebRow {
  readonly title: string
  readonly options: SunoCallbacksOptions
  readonly listensFor: EventType | '*'
  readonly request: Request
  /** The status. */
  readonly expected: number
}

const GROUPS = { bodies, contentTypes, encodings, methods, addresses, signatures }

export const webRows: readonly WebRow[] = Object.values(GROUPS).flatMap((cases: readonly Case[]) =>
  cases.flatMap((line) => {
    const request = toRequest(line)
    if (request === null) return []
    const { title, options = { verify: false }, listensFor } = line
    return [{ title, options, listensFor: listensFor ?? '*', request, expected: expectedOf(line) }]
  }),
)

/** Null for what only a socket can show. */
function toRequest({ does, listensFor, prepare }: Case): Request | null {
  const [bytes, ...more] = does
  if (!(bytes instanceof Uint8Array) || more.length > 0 || listensFor === null || prepare !== undefined) return null
  const [top = '', body = ''] = Buffer.from(bytes)
    .toString('latin1')
    .split(/\r\n\r\n(.*)/s)
  const [line = '', ...lines] = top.split('\r\n')
  const [method = '', path = ''] = line.split(' ')
  // A URL turns a backslash into a slash, and node:http has a limit that a request has not.
  if (!/^\/[^\\]*$/.test(path) || path.length > 16_000 || path === OWN.path) return null
  const headers = new Headers()
  for (const one of lines) headers.append(one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 1))
  const isBodiless = method === 'GET' || method === 'HEAD'
  return new Request(`http://localhost${path}`, {
    method,
    headers,
    ...(isBodiless ? {} : { body: Buffer.from(body, 'latin1') }),
  })
}

/** As behind the bridge, but nobody is behind this one. */
function expectedOf({ expected, unlike = [] }: Case): number {
  const own = unlike.findLast(({ adapters }) => adapters.includes('fetch') && !adapters.includes('Express 5'))
  return Number((own?.expected ?? expected).slice(0, 3)) || 0
}
