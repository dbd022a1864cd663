import { createHash } from 'node:crypto'
import { types } from 'node:util'

/** A script of Redis: short, and run twice with the same arguments it leaves what running it once leaves. */
export interface Script<T> {
  /** The operation that it is, for messages. */
  readonly name: string
  readonly source: string
  /** By which Redis knows a script that it has run before. */
  readonly sha: string
  /** How many of its arguments are keys; these come first. */
  readonly keyCount: string
  /** Reads its reply. Throws what is no reply of this script. */
  readonly read: (reply: unknown) => T
}

export function toScript<T>(name: string, keyCount: number, source: string, read: (reply: unknown) => T): Script<T> {
  return { name, source, sha: createHash('sha1').update(source).digest('hex'), keyCount: String(keyCount), read }
}

/** Clients can be set to answer integers as a bigint, a string or a Buffer. Some resolve with what is an error. */
export function toInteger(reply: unknown): number {
  if (typeof reply === 'number' && Number.isSafeInteger(reply)) return reply
  const text = types.isUint8Array(reply) || typeof reply === 'bigint' ? toText(reply) : reply
  if (typeof text === 'string' && /^-?\d+$/.test(text)) return Number(text)
  throw unexpected(reply, 'an integer')
}

/** A list of texts, as text or as Buffers. */
export function toTexts(reply: unknown): readonly string[] {
  if (Array.isArray(reply)) return reply.map(toText)
  throw unexpected(reply, 'a list')
}

function toText(reply: unknown): string {
  return types.isUint8Array(reply) ? Buffer.from(reply).toString() : String(reply)
}

function unexpected(reply: unknown, expected: string): unknown {
  if (types.isNativeError(reply)) return reply
  return new TypeError(`sendCommand must resolve with the reply of Redis, here ${expected}; it was ${typeof reply}.`)
}
