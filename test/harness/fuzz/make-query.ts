import type { Dice } from './dice.js'
import { mutateBytes } from './mutate-bytes.js'
import { GENUINE, REFUSED } from './signatures.js'

/** The query of a signed URL: genuine, refused, or tampered with. */
export function makeQuery(dice: Dice): string {
  const value = dice.hits(0.9) ? dice.pick([...GENUINE.keys()]) : dice.pick(REFUSED)
  const before = dice.hits(0.1) ? dice.pick(['a=1&', '&', '?', 'suno_signature_=1&', '__proto__=1&']) : ''
  const after = dice.hits(0.1) ? dice.pick(['&b=2', '&', '&suno_signature%20=1', '&constructor[prototype]=1']) : ''
  const query = `${before}suno_signature=${value}${after}`
  return dice.hits(0.5) ? query : dice.pick(TAMPERINGS)(query, dice)
}

type Tampering = (query: string, dice: Dice) => string

const TAMPERINGS: readonly Tampering[] = [
  (query, dice) => withCharacter(query, dice, () => dice.pick(ODD_CHARACTERS)),
  (query, dice) =>
    withCharacter(query, dice, (old) => (old === old.toLowerCase() ? old.toUpperCase() : old.toLowerCase())),
  (query, dice) => withCharacter(query, dice, () => ''),
  (query, dice) => withCharacter(query, dice, (old) => old + old),
  // The same bytes in other words: still genuine.
  (query, dice) => withCharacter(query, dice, (old) => `%${old.charCodeAt(0).toString(16).padStart(2, '0')}`),
  (query, dice) => query.slice(0, dice.below(query.length + 1)),
  (query, dice) => query + dice.pick(['=', '.', 'A', '%00', '%20', '#', '.suno_signature', '\n']),
  (query) => `${query}&${query}`,
  (query, dice) => `${query}&suno_signature=${dice.pick(['', ...GENUINE.keys()])}`,
  (query, dice) =>
    query.replace(
      'suno_signature',
      dice.pick(['signature', 'Suno_Signature', 'suno_signature[]', 'suno_signature%5B%5D']),
    ),
  (query) => query.split('.').reverse().join('.'),
  (query, dice) => query.replace('v1.', dice.pick(['v0.', 'v2.', 'V1.', 'v1', '', 'v1.v1.'])),
  (query, dice) =>
    mutateBytes(Buffer.from(query, 'latin1'), Buffer.from(dice.pick([...GENUINE.keys()]), 'latin1'), dice).toString(
      'latin1',
    ),
]

const ODD_CHARACTERS = Array.from('AZaz09-_.=%+& ~\u0000\u2028')

function withCharacter(query: string, dice: Dice, change: (old: string) => string): string {
  const index = dice.below(query.length)
  return query.slice(0, index) + change(query[index] ?? '') + query.slice(index + 1)
}
