import type { Dice } from './dice.js'
import { NAMES, NUMBERS, TEXTS, TOKENS } from './hostile.js'

/** Changes JSON text where no tree of values could: tokens, keys that are there twice, escapes, white space, endless nesting. */
export function mutateText(text: string, dice: Dice): string {
  return dice.weigh(MUTATIONS)(text, dice)
}

type Mutation = (text: string, dice: Dice) => string

const MUTATIONS: readonly (readonly [number, Mutation])[] = [
  [4, (text, dice) => withToken(text, dice, () => hostileToken(dice))],
  [4, doubledKey],
  [2, escaped],
  [
    1,
    (text, dice) =>
      insertedAt(text, dice.below(text.length + 1), dice.pick([' ', '\n', '\t', '\f', '\u00a0', ',', ':', '"'])),
  ],
  [1, (text, dice) => dice.pick(['\ufeff', '\ufeff\ufeff', ' ', '\n', '\u2028']) + text],
  [1, (text, dice) => text + dice.pick([text, ',', '\u0000', ' ', '\n\n', ';', '[]', '//'])],
  [0.2, (text, dice) => withToken(text, dice, () => nested(dice.pick([600, 5000, 30_000]), dice.pick(BRACKETS)))],
  [0.05, (text, dice) => crowded(text, dice)],
]

const BRACKETS: readonly (readonly [open: string, close: string])[] = [
  ['[', ']'],
  ['{"data":', '}'],
  ['{"a":[', ']}'],
  ['[', ''],
]

function hostileToken(dice: Dice): string {
  return dice.hits(0.5) ? dice.pick(TOKENS) : JSON.stringify(dice.hits(0.5) ? dice.pick(TEXTS) : dice.pick(NUMBERS))
}

/** Another token in the place of one value. */
function withToken(text: string, dice: Dice, token: () => string): string {
  const tokens = [...text.matchAll(/(?<=[:,[])("(?:[^"\\]|\\.)*"|[-\w.+]+)(?=[,\]}])/g)]
  if (tokens.length === 0) return token()
  const { index, 0: found } = dice.pick(tokens)
  return text.slice(0, index) + token() + text.slice(index + found.length)
}

/** A key of the body, or a hostile one, once more; before the others or after them, so that either value may be the last. */
function doubledKey(text: string, dice: Dice): string {
  const keys = [...text.matchAll(/"(?:[^"\\]|\\.)*"(?=:)/g)].map(([key]) => key)
  const key = keys.length > 0 && dice.hits(0.7) ? dice.pick(keys) : JSON.stringify(dice.pick(NAMES))
  const isFirst = dice.hits(0.5)
  const braces = [...text.matchAll(isFirst ? /\{(?=")/g : /(?<=["\d\w\]}])\}/g)]
  if (braces.length === 0) return text
  const pair = `${key}:${hostileToken(dice)}`
  const { index } = dice.pick(braces)
  return isFirst ? insertedAt(text, index + 1, `${pair},`) : insertedAt(text, index, `,${pair}`)
}

/** A letter as its escape: in a key, the same key. */
function escaped(text: string, dice: Dice): string {
  const letters = [...text.matchAll(/[a-z_]/gi)]
  if (letters.length === 0) return text
  const { index } = dice.pick(letters)
  const code = text.charCodeAt(index).toString(16).padStart(4, '0')
  return `${text.slice(0, index)}\\u${code}${text.slice(index + 1)}`
}

function nested(levels: number, [open, close]: readonly [string, string]): string {
  return `${open.repeat(levels)}1${close.repeat(levels)}`
}

/** Many fields more, with names that nobody has seen: what remembers names must not remember all of them. */
function crowded(text: string, dice: Dice): string {
  const braces = [...text.matchAll(/\{(?=")/g)]
  if (braces.length === 0) return text
  const size = dice.pick([100, 1000, 10_000])
  const from = dice.below(1e9)
  const fields = Array.from({ length: size }, (_, i) => `"crowd_${String(from + i)}":${String(i)},`)
  return insertedAt(text, dice.pick(braces).index + 1, fields.join(''))
}

function insertedAt(text: string, index: number, piece: string): string {
  return text.slice(0, index) + piece + text.slice(index)
}
