/** What may befall one field of a body. `odd` is any value that does not belong there. */
export interface Mutation {
  readonly name: MutationName
  /** The object with that field changed, or null where the mutation has nothing to change. */
  readonly ofField: (fields: Fields, name: string, odd: unknown) => Fields | null
}

type Fields = Readonly<Record<string, unknown>>

export const LEVELS = ['root', 'data', 'item'] as const

/** `root`: the body and its fields. `data`: what `data` has. `item`: all that lies deeper, such as the fields of a track. */
export type Level = (typeof LEVELS)[number]

export type MutationName = 'removed' | 'renamed' | 'nulled' | 'emptied' | 'retyped' | 'wrapped' | 'doubled'

/** Everything to which the value can be changed, one field of it at a time. The value itself is not touched. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'removed',
    ofField: (fields, name) => Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name)),
  },
  {
    name: 'renamed',
    ofField: (fields, name) => {
      const rename = (key: string) => (key === name ? otherCase(key) : key)
      if (otherCase(name) === name) return null
      return Object.fromEntries(Object.entries(fields).map(([key, value]) => [rename(key), value]))
    },
  },
  { name: 'nulled', ofField: (fields, name) => ({ ...fields, [name]: null }) },
  { name: 'emptied', ofField: (fields, name) => ({ ...fields, [name]: emptied(fields[name]) }) },
  { name: 'retyped', ofField: (fields, name, odd) => ({ ...fields, [name]: odd }) },
  { name: 'wrapped', ofField: (fields, name, odd) => ({ ...fields, [name]: wrapped(fields[name], odd) }) },
  {
    name: 'doubled',
    ofField: (fields, name, odd) => {
      const value = fields[name]
      if (Array.isArray(value)) return { ...fields, [name]: [...(value as unknown[]), ...(value as unknown[])] }
      return otherCase(name) === name ? null : { ...fields, [otherCase(name)]: odd }
    },
  },
]

/** The value with one field at that level changed, which one by `where`; null where there is none to change. */
export function mutate(value: unknown, mutation: Mutation, level: Level, where: number, odd: unknown): unknown {
  const boxed = { body: value }
  const candidates = places(boxed).filter((place) => levelOf(place) === level)
  const start = candidates.length === 0 ? 0 : where % candidates.length
  for (const place of [...candidates.slice(start), ...candidates.slice(0, start)]) {
    const changed = changeAt(boxed, place, (fields, name) => mutation.ofField(fields, name, odd))
    if (changed !== null) return (changed as typeof boxed).body
  }
  return null
}

/** `task_id` → `taskId`, `taskId` → `task_id`; what has no other case stays. */
export function otherCase(name: string): string {
  if (name.includes('_')) return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The same with every name in the other case. */
export function renameAll(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renameAll)
  if (!isFields(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [otherCase(name), renameAll(child)]))
}

type Path = readonly string[]

/** The path of every field; an element of a list is its index. */
function places(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, child]) => [[...at, name], ...places(child, [...at, name])])
}

/** The path begins in the box around the body. */
function levelOf(path: Path): Level {
  if (path.length <= 2) return 'root'
  return path.length === 3 ? 'data' : 'item'
}

type Change = (fields: Fields, name: string) => Fields | null

function changeAt(value: unknown, [name = '', ...rest]: Path, change: Change): object | null {
  if (Array.isArray(value)) {
    const changed = changeAt(Object.fromEntries(Object.entries(value)), [name, ...rest], change)
    return changed === null ? null : Object.values(changed)
  }
  const fields = value as Fields
  if (rest.length === 0) return change(fields, name)
  const child = changeAt(fields[name], rest, change)
  return child === null ? null : { ...fields, [name]: child }
}

function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return []
  return isFields(value) ? {} : ''
}

/** In a list, in an object, or as text: which one, the odd value decides. */
function wrapped(value: unknown, odd: unknown): unknown {
  if (typeof odd === 'string') return JSON.stringify(value)
  return typeof odd === 'number' ? [value] : { data: value }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
