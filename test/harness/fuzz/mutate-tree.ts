import { corpus } from './corpus.js'
import type { Dice } from './dice.js'
import { NAMES, NUMBERS, TEXTS } from './hostile.js'

/** Changes parsed JSON in one place, or between two; never in place itself. */
export function mutateTree(tree: unknown, dice: Dice): unknown {
  return dice.pick(MUTATIONS)(tree, dice)
}

type Path = readonly (string | number)[]
type Mutation = (tree: unknown, dice: Dice) => unknown

const MUTATIONS: readonly Mutation[] = [
  (tree, dice) => at(tree, dice, () => hostileValue(dice)),
  (tree, dice) => at(tree, dice, () => hostileValue(dice)),
  (tree, dice) => at(tree, dice, () => REMOVED),
  (tree, dice) => at(tree, dice, (value) => retyped(value, dice)),
  (tree, dice) => at(tree, dice, (value) => wrapped(value, dice)),
  (tree, dice) => at(tree, dice, (value) => repeated(value, dice)),
  (tree, dice) => at(tree, dice, (value) => shortened(value, dice)),
  (tree, dice) => at(tree, dice, (value) => renamed(value, dice)),
  (tree, dice) => at(tree, dice, (value) => extended(value, dice)),
  (tree, dice) => at(tree, dice, () => somewhere(other(dice), dice)),
  (tree, dice) => at(tree, dice, hidden),
  swapped,
  spliced,
  recased,
]

/** JSON has no undefined: what is it, is left out. */
const REMOVED = undefined

function at(tree: unknown, dice: Dice, change: (value: unknown) => unknown): unknown {
  return replaced(tree, dice.pick(pathsOf(tree)), change)
}

function hostileValue(dice: Dice): unknown {
  return dice.weigh<() => unknown>([
    [5, () => dice.pick(TEXTS)],
    [4, () => dice.pick(NUMBERS)],
    [3, () => dice.pick([null, true, false, [], {}, [[]], [null], [{}], { id: 1 }])],
    [1, () => 'x'.repeat(dice.pick([129, 1000, 10_001]))],
    [1, () => nested(dice.pick([5, 50, 480, 499, 500, 501, 520]), dice.hits(0.5))],
    [0.01, () => Array.from({ length: dice.pick([999, 1000, 1001, 5000]) }, () => dice.pick([null, 1, '', {}]))],
    [0.005, () => 'long '.repeat(dice.pick([10_000, 60_000, 250_000]))],
  ])()
}

function nested(levels: number, inObjects: boolean): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = inObjects ? { data: value } : [value]
  return value
}

function retyped(value: unknown, dice: Dice): unknown {
  if (typeof value === 'number') {
    return dice.pick<unknown>([String(value), ` ${String(value)} `, [value], value === 0, -value, value + 0.5])
  }
  if (typeof value === 'string') {
    return dice.pick<unknown>([
      Number(value) || 7,
      [value],
      value.slice(0, 50).split(' '),
      { value },
      ` ${value} `,
      null,
    ])
  }
  if (typeof value === 'object') {
    return dice.pick<unknown>([JSON.stringify(value), Object.values(value ?? {}), '[object Object]', true])
  }
  return dice.pick<unknown>([value === true ? 'true' : 'false', value === true ? 1 : 0, [value]])
}

function wrapped(value: unknown, dice: Dice): unknown {
  return dice.pick<unknown>([
    [value],
    [value, value],
    { data: value },
    { data: { data: value } },
    { [dice.pick(NAMES)]: value },
  ])
}

function repeated(value: unknown, dice: Dice): unknown {
  if (typeof value === 'string') return value.repeat(dice.pick([2, 3, 20]))
  const times = dice.hits(0.02) ? 1001 : dice.pick([2, 3, 10])
  if (Array.isArray(value)) return Array.from({ length: times }, () => value as unknown[]).flat()
  return Array.from({ length: times }, () => value)
}

function shortened(value: unknown, dice: Dice): unknown {
  if (typeof value === 'string' || Array.isArray(value)) return value.slice(0, dice.below(value.length + 1))
  if (typeof value !== 'object' || value === null) return REMOVED
  const entries = Object.entries(value)
  return Object.fromEntries(entries.slice(0, dice.below(entries.length + 1)))
}

function renamed(value: unknown, dice: Dice): unknown {
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  const which = dice.below(entries.length)
  return Object.fromEntries(entries.map(([name, child], i) => [i === which ? dice.pick(NAMES) : name, child]))
}

/** One more field: another's value, or something hostile. `fromEntries` makes a field of `__proto__` too. */
function extended(value: unknown, dice: Dice): unknown {
  if (Array.isArray(value)) return [...(value as unknown[]), hostileValue(dice)]
  if (!isObject(value)) return value
  const added = dice.hits(0.5) ? hostileValue(dice) : somewhere(value, dice)
  return Object.fromEntries([...Object.entries(value), [dice.pick(NAMES), added]])
}

/** All fields but the ids, in `__proto__`: who makes a prototype of it reads them all the same. */
function hidden(value: unknown): unknown {
  if (!isObject(value)) return value
  const isId = ([name]: readonly [string, unknown]) => /^task_?id$/i.test(name)
  const [ids, others] = [Object.entries(value).filter(isId), Object.entries(value).filter((field) => !isId(field))]
  return Object.fromEntries([...ids, ['__proto__', Object.fromEntries(others)]])
}

/** Two places of one body change their values. */
function swapped(tree: unknown, dice: Dice): unknown {
  const [left, right] = [dice.pick(pathsOf(tree)), dice.pick(pathsOf(tree))]
  const [first, second] = [valueAt(tree, left), valueAt(tree, right)]
  return replaced(
    replaced(tree, left, () => second),
    right,
    () => first,
  )
}

/** The fields of two bodies in one. */
function spliced(tree: unknown, dice: Dice): unknown {
  const that = other(dice)
  if (!isObject(tree) || !isObject(that)) return that
  if (dice.hits(0.5)) return { ...tree, ...that }
  return isObject(tree.data) && isObject(that.data)
    ? { ...tree, data: { ...tree.data, ...that.data } }
    : { ...tree, data: that.data }
}

/** snake_case instead of camelCase and the other way round, or capitals, for every field. */
function recased(tree: unknown, dice: Dice): unknown {
  const style = dice.below(3)
  const recase = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(recase)
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [cased(name, style), recase(child)]))
  }
  return recase(tree)
}

function cased(name: string, style: number): string {
  if (style === 0) return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return style === 1 ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : name.toUpperCase()
}

function other(dice: Dice): unknown {
  return JSON.parse(dice.pick(corpus))
}

function somewhere(tree: unknown, dice: Dice): unknown {
  return valueAt(tree, dice.pick(pathsOf(tree)))
}

/** Every place, but no more than a few hundred, and none at a depth where nobody looks. */
function pathsOf(tree: unknown): readonly Path[] {
  const paths: Path[] = [[]]
  for (let i = 0; i < paths.length && paths.length < 300; i++) {
    const path = paths[i] ?? []
    const value = valueAt(tree, path)
    if (path.length > 8 || typeof value !== 'object' || value === null) continue
    const names = Array.isArray(value) ? [...value.keys()].slice(0, 50) : Object.keys(value).slice(0, 50)
    paths.push(...names.map((name) => [...path, name]))
  }
  return paths
}

function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, name) => {
    return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined
  }, tree)
}

function replaced(tree: unknown, [name, ...rest]: Path, change: (value: unknown) => unknown): unknown {
  if (name === undefined) return change(tree)
  if (Array.isArray(tree)) return tree.map((child: unknown, i) => (i === name ? replaced(child, rest, change) : child))
  if (!isObject(tree)) return tree
  return Object.fromEntries(
    Object.entries(tree).map(([key, child]) => [key, key === name ? replaced(child, rest, change) : child]),
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
