import type { Dice } from './dice.js'
import { BYTES } from './hostile.js'

/** Changes bytes without a thought for what they mean; `other` is what may be spliced in. */
export function mutateBytes(bytes: Buffer, other: Buffer, dice: Dice): Buffer {
  return dice.pick(MUTATIONS)(bytes, dice, other)
}

type Mutation = (bytes: Buffer, dice: Dice, other: Buffer) => Buffer

const MUTATIONS: readonly Mutation[] = [
  (bytes, dice) => withByte(bytes, dice, (byte) => byte ^ (1 << dice.below(8))),
  (bytes, dice) => withByte(bytes, dice, () => dice.below(256)),
  (bytes, dice) => insertedAt(bytes, dice.below(bytes.length + 1), Buffer.from(dice.pick(BYTES))),
  (bytes, dice) => insertedAt(bytes, 0, Buffer.from(dice.pick(BYTES))),
  (bytes, dice) => bytes.subarray(0, dice.below(bytes.length + 1)),
  (bytes, dice) => bytes.subarray(dice.below(bytes.length + 1)),
  (bytes, dice) => {
    const [from, to] = range(bytes, dice)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  },
  (bytes, dice) => {
    const [from, to] = range(bytes, dice)
    const times = dice.pick([1, 2, 10])
    return insertedAt(bytes, to, Buffer.concat(Array.from({ length: times }, () => bytes.subarray(from, to))))
  },
  (bytes, dice) => {
    const [from, to] = range(bytes, dice)
    const piece = bytes.subarray(from, to)
    return insertedAt(
      Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]),
      dice.below(bytes.length - piece.length + 1),
      piece,
    )
  },
  (bytes, dice, other) =>
    Buffer.concat([bytes.subarray(0, dice.below(bytes.length + 1)), other.subarray(dice.below(other.length + 1))]),
  (bytes, dice, other) => {
    const [from, to] = range(other, dice)
    return insertedAt(bytes, dice.below(bytes.length + 1), other.subarray(from, to))
  },
]

function withByte(bytes: Buffer, dice: Dice, change: (byte: number) => number): Buffer {
  if (bytes.length === 0) return bytes
  const changed = Buffer.from(bytes)
  const index = dice.below(bytes.length)
  changed.writeUInt8(change(changed.readUInt8(index)), index)
  return changed
}

function range(bytes: Buffer, dice: Dice): readonly [from: number, to: number] {
  const [one, other] = [dice.below(bytes.length + 1), dice.below(bytes.length + 1)]
  return one < other ? [one, other] : [other, one]
}

function insertedAt(bytes: Buffer, index: number, piece: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, index), piece, bytes.subarray(index)])
}
