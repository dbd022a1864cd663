import { createHash } from 'node:crypto'

/** What the parts of a key are. The kind and the stage are our own words; id and part come from outside. */
interface KeyParts {
  /** The instance's name, where it has one. */
  readonly name: string | undefined
  readonly kind: string
  readonly stage: string
  readonly id: string
  /** What tells apart two events of one task and stage. */
  readonly part?: string | undefined
}

/** What makes two deliveries the same event, `kind:stage:id`, safe for any store. */
export function toKey({ name, kind, stage, id, part }: KeyParts): string {
  const key = [kind, stage, toSafeId(id)]
  if (name !== undefined) key.unshift(name)
  if (part !== undefined) key.push(hash(part))
  // Joined, it is a string in one piece. A template leaves a tree of its parts, twice as large, for as long as a store keeps it.
  return key.join(':')
}

/** Hashed as UTF-16, where every string differs from every other, lone surrogates included. */
export function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf16le').digest('hex')}`
}

function toSafeId(id: string): string {
  return /^[!-~]{1,128}$/.test(id) ? id : hash(id)
}
