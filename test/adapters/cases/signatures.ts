import { signCallback, toSigningKeys } from '../../../src/verify/signed-url.js'
import { awaitAnswer, type Case } from '../case.js'
import { head, whole } from '../request.js'
import { SECRET } from '../subject.js'
import { CALLBACK } from './bodies.js'

const claims = { kind: 'music', expiry: 0, metadata: {} } as const
const genuine = signCallback(claims, toSigningKeys([SECRET]))
const foreign = signCallback(claims, toSigningKeys(['another secret']))
const expired = signCallback({ ...claims, expiry: 1_700_000_000 }, toSigningKeys([SECRET]))
const video = signCallback({ ...claims, kind: 'video' }, toSigningKeys([SECRET]))

const queries: Readonly<Record<string, string>> = {
  missing: '',
  empty: '?suno_signature=',
  'of another secret': `?suno_signature=${foreign}`,
  changed: `?suno_signature=${genuine.slice(0, -2)}AA`,
  expired: `?suno_signature=${expired}`,
  'for another kind than the path': `?suno_signature=${video}`,
  'there twice': `?suno_signature=${genuine}&suno_signature=${genuine}`,
  'under another name': `?signature=${genuine}`,
}

/** The body is announced, and sent only after the answer: whoever waited for it would not answer. */
const wrong: readonly Case[] = Object.entries(queries).map(([title, query]) => ({
  title,
  does: [head({ path: `/suno/music${query}`, headers: { 'content-length': '2000' } }), awaitAnswer, 'x'.repeat(2000)],
  expected: '401 unauthorized',
}))

const others: readonly Case[] = [
  {
    title: 'with other parameters around it',
    does: [whole(CALLBACK, { path: `/suno/music?a=1&suno_signature=${genuine}&b=2` })],
    expected: '200 received',
  },
  {
    title: 'missing, and the content type wrong',
    does: [whole('x', { headers: { 'content-type': 'text/plain' } })],
    expected: '401 unauthorized',
  },
  // Strangers do not learn what state the app is in.
  {
    title: 'missing, while nobody listens',
    does: [whole(CALLBACK)],
    listensFor: null,
    expected: '401 unauthorized',
    afterwards: '503 unavailable (retry)',
  },
  {
    title: 'missing, while the receiver closes',
    does: [whole(CALLBACK)],
    prepare: (suno) => suno.close(),
    expected: '401 unauthorized',
    afterwards: '503 unavailable (retry)',
  },
]

export const signatures: readonly Case[] = [...wrong, ...others].map((line) => ({
  ...line,
  options: { secret: SECRET },
}))
