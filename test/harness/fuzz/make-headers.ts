import type { Dice } from './dice.js'
import { BYTES, INHERITED } from './hostile.js'
import { mutateBytes } from './mutate-bytes.js'
import { kieSigned } from './signatures.js'

export type Headers = Readonly<Record<string, string | string[] | undefined>>

/** What a provider sends, or something like it. An app's framework never leaves headers out. */
export function makeHeaders(dice: Dice, isApp: boolean): Headers | undefined {
  if (!isApp && dice.hits(0.5)) return undefined
  if (dice.hits(0.8)) return JSON_TYPE
  const type = dice.pick(TYPES)
  if (isApp) return typeof type === 'string' ? { 'content-type': type } : {}
  const name = dice.pick(['content-type', 'Content-Type', 'CONTENT-TYPE', 'content_type', ...INHERITED])
  return Object.fromEntries([
    [dice.pick(INHERITED), 'application/json'],
    [name, type],
  ])
}

/** The signature of kie.ai, often for this task, at times tampered with. */
export function kieHeaders(taskId: string, dice: Dice, isApp: boolean): Headers {
  const signature = kieSigned(dice.hits(0.95) ? taskId : 'another-task', TIMESTAMP)
  const timestamp = dice.hits(0.9) ? TIMESTAMP : dice.pick(TIMESTAMPS)
  const given = dice.hits(0.8) ? signature : tampered(signature, dice)
  if (!isApp && dice.hits(0.05))
    return { ...JSON_TYPE, 'x-webhook-timestamp': [timestamp], 'x-webhook-signature': [given] }
  return { ...JSON_TYPE, 'X-Webhook-Timestamp': timestamp, 'x-webhook-signature': given }
}

export const TIMESTAMP = '1767225600'

const JSON_TYPE: Headers = { 'content-type': 'application/json' }

const TIMESTAMPS: readonly string[] = [
  '',
  '0',
  '01767225600',
  '1767225601',
  ' 1767225600',
  '1767225600.0',
  '1.7672256e9',
  '-1767225600',
  '1767225600000000',
  'NaN',
  ...INHERITED,
]

const TYPES: readonly (string | string[] | undefined)[] = [
  undefined,
  '',
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  ' application/json ;a=b',
  'application/json, text/plain',
  'application/jsonp',
  'text/json',
  'application/vnd.api+json',
  'application/x-www-form-urlencoded',
  `application/json${' '.repeat(8000)}x`,
  ['application/json'],
  ['text/plain', 'application/json'],
]

function tampered(signature: string, dice: Dice): string {
  if (dice.hits(0.2))
    return dice.pick([
      '',
      signature.toLowerCase(),
      ` ${signature}`,
      signature.replace(/=+$/, ''),
      signature.slice(0, -2),
    ])
  return mutateBytes(Buffer.from(signature, 'latin1'), Buffer.from(dice.pick(BYTES)), dice).toString('latin1')
}
