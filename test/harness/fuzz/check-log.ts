import { inspect } from 'node:util'
import { SECRETS, KIE_KEY } from './signatures.js'
import type { LogLine } from './setups.js'

/** What is wrong with what was logged, in words: secrets, signatures, payload, or text that could forge a line. */
export function checkLog(log: readonly LogLine[]): readonly string[] {
  return log.flatMap(({ message, fields }) => {
    const texts = [message, ...Object.values(fields).filter((value) => typeof value === 'string')]
    const unexpected = Object.keys(fields).filter((name) => !FIELDS.has(name))
    return [
      ...texts.filter((text) => FORGING.test(text)).map((text) => `the log has ${JSON.stringify(text.slice(0, 100))}`),
      ...texts
        .filter((text) => text.length > MAX_LENGTH)
        .map((text) => `the log has a text of ${String(text.length)} characters`),
      ...unexpected.map((name) => `the log has the field ${name}`),
      ...(LEAKING.test(inspect(fields, { depth: 10 })) ? [`the log has a secret or a signature: ${message}`] : []),
    ]
  })
}

const FIELDS: ReadonlySet<string> = new Set([
  'type',
  'kind',
  'taskId',
  'key',
  'durationMs',
  'code',
  'suppressed',
  'error',
  'listener',
])

/** An id of 128 characters, each of them escaped. */
const MAX_LENGTH = 1300

/** Control characters, line and paragraph separators, marks that change the direction of text, halves of characters. */
const FORGING = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}]/u

const LEAKING = new RegExp([...SECRETS, KIE_KEY, 'v1\\.[\\w-]{8}'].join('|'))
