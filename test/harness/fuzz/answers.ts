import { readFileSync } from 'node:fs'
import { ROOT } from './built.js'
import { NOT_OURS } from './apps.js'

/** An answer that came over a socket. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** The table of answers of src/outcome/README.md: outcome, and reason where there is one, to the status. */
export const DOCUMENTED: ReadonlyMap<string, number> = readTable()

/** All answers of a connection; a rest that is none is an answer of status 0. */
export function parseAnswers(bytes: Buffer): readonly HttpAnswer[] {
  const answers: HttpAnswer[] = []
  let rest = bytes.toString('latin1')
  while (rest !== '') {
    const [, status = '', lines = ''] = /^HTTP\/1\.1 (\d{3}) [ -~]*\r\n((?:[!-~]+: [ -~]*\r\n)*)\r\n/.exec(rest) ?? []
    if (status === '') return [...answers, { status: 0, headers: new Map(), body: rest }]
    const headers = new Map(
      lines.split('\r\n').map((line) => [line.replace(/:.*/, '').toLowerCase(), line.replace(/^[^:]*: /, '')] as const),
    )
    headers.delete('')
    const from = rest.indexOf('\r\n\r\n') + 4
    // Node's own refusals (no host, an expectation) are chunked, and empty.
    const isChunked = headers.get('transfer-encoding') === 'chunked'
    const length = isChunked ? 0 : Number(headers.get('content-length') ?? 0)
    // `100 Continue` comes before the answer.
    if (status !== '100') answers.push({ status: Number(status), headers, body: rest.slice(from, from + length) })
    rest = rest.slice(from + length)
    if (isChunked && rest.startsWith(NO_CHUNKS)) rest = rest.slice(NO_CHUNKS.length)
  }
  return answers
}

/** What is wrong with an answer: nothing of the inside, of the request or of the sender's choice may be in it. */
export function faultOf({ status, headers, body }: HttpAnswer): string | null {
  const unknown = [...headers].filter(([name, value]) => !(HEADERS.get(name)?.test(value) ?? false))
  if (unknown.length > 0) return `the answer ${String(status)} has the header ${JSON.stringify(unknown[0])}`
  // It tells whose delivery was verified what became of it, and nobody else anything.
  if (status !== 200 && headers.has('suno-outcome')) return `the answer ${String(status)} names its outcome in a header`
  if (body === NOT_OURS && status === 404) return null
  const [, word] = /^\{"status":"([a-z-]+)"\}$/.exec(body) ?? []
  // Node's own refusals of what is no HTTP have no body.
  if (body === '') return OF_NODE.includes(status) ? null : `the answer ${String(status)} is empty`
  return word !== undefined && WORDS.get(word) === status
    ? null
    : `the answer ${String(status)} says ${JSON.stringify(body.slice(0, 200))}`
}

const NO_CHUNKS = '0\r\n\r\n'

const OF_NODE: readonly number[] = [400, 408, 413, 417, 431]

const HEADERS: ReadonlyMap<string, RegExp> = new Map([
  ['content-type', /^(application\/json|text\/(html|plain))(; charset=utf-8)?$/],
  ['content-length', /^\d{1,3}$/],
  ['retry-after', /^\d{1,3}$/],
  ['allow', /^POST, GET, HEAD$/],
  ['suno-outcome', /^(handled|handed-off|duplicate|stale|ignored)$/],
  ['connection', /^(close|keep-alive)$/],
  ['keep-alive', /^timeout=\d+$/],
  ['transfer-encoding', /^chunked$/],
  ['date', /^[A-Z][a-z]{2}, [ \w:]{20,24}$/],
  ['x-powered-by', /^Express$/],
  ['etag', /^W\/"8-[\w+/]+"$/],
])

/** The constant words of the bodies. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ['received', 200],
  ...[...DOCUMENTED].map(([name, status]) => [name.split(' ')[1] ?? name, status] as const),
  ['wrong-method', 405],
  ['not-found', 404],
])

function readTable(): ReadonlyMap<string, number> {
  const page = readFileSync(new URL('src/outcome/README.md', ROOT), 'utf8')
  const rows = [...page.matchAll(/^\| (\d{3}) +\| `([\w-]+)`(?: `([\w-]+)`)? +\|/gm)]
  return new Map(
    rows.map(([, status, name = '', reason]) => [reason === undefined ? name : `${name} ${reason}`, Number(status)]),
  )
}
