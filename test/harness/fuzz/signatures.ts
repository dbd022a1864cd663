import { createHmac } from 'node:crypto'
import { KINDS } from './built.js'
import { INHERITED } from './hostile.js'

/**
 * Signed callback URLs and kie.ai's headers, made here once more from what their documentation says: what the library accepts is
 * compared with these lists. Nothing depends on the clock, so that a seed means the same tomorrow.
 */

export const SECRETS = ['the fuzz signs with this secret', 'the fuzz still accepts this secret'] as const
export const KIE_KEY = 'the webhookHmacKey of the fuzz'

export interface Signed {
  readonly kind: string
  readonly metadata: Readonly<Record<string, string>>
}

/** What must be accepted: the parameter's value, and what it says. */
export const GENUINE: ReadonlyMap<string, Signed> = new Map(
  SECRETS.flatMap((secret) =>
    KINDS.flatMap((kind) =>
      metadata().map((data) => [signed([kind, 0, data], secret), { kind, metadata: data }] as const),
    ),
  ),
)

/** What must be refused: rotated out, expired, of a kind that is none, not of our making, or half of one and half of another. */
export const REFUSED: readonly string[] = [
  ...KINDS.map((kind) => signed([kind, 0, {}], 'this secret was rotated out')),
  ...[1, -1, 0.5, 1_700_000_000].map((expiry) => signed(['music', expiry, {}], SECRETS[0])),
  ...[...INHERITED, 'any', '', null, ['music']].map((kind) => signed([kind, 0, {}], SECRETS[0])),
  ...[null, [], 'a', { a: 1 }, { a: null }, { a: {} }].map((data) => signed(['music', 0, data], SECRETS[0])),
  ...[[], ['music'], {}, null, 'music', 0].map((payload) => signed(payload, SECRETS[0])),
  ...mixed(),
  '',
  'v1',
  'v1.',
  'v1..',
  '..',
]

/** The value of kie.ai's X-Webhook-Signature. */
export function kieSigned(taskId: string, timestamp: string): string {
  return createHmac('sha256', KIE_KEY).update(`${taskId}.${timestamp}`).digest('base64')
}

function metadata(): readonly Readonly<Record<string, string>>[] {
  const odd = Object.fromEntries([...INHERITED, 'an odd näme', '\ud800', '\u2028'].map((name) => [name, `🎵${name}`]))
  return [{}, { orderId: '42' }, odd, { full: 'x'.repeat(1013) }]
}

function signed(payload: unknown, secret: string): string {
  const text = `v1.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

/** The payload of each with the signature of the next, and a signature over the payload alone. */
function mixed(): readonly string[] {
  const values = KINDS.map((kind) => signed([kind, 0, {}], SECRETS[0]))
  const macOf = (value = '') => value.slice(value.lastIndexOf('.') + 1)
  const bodyOf = (value: string) => value.slice(0, value.lastIndexOf('.'))
  const payload = bodyOf(values[0] ?? '').slice('v1.'.length)
  const bare = createHmac('sha256', SECRETS[0]).update(payload).digest('base64url')
  return [
    ...values.map((value, i) => `${bodyOf(value)}.${macOf(values[(i + 1) % values.length])}`),
    `v1.${payload}.${bare}`,
  ]
}
