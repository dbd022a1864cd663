/** Numbers from 0 up to, and not including, 1. */
export type Random = () => number

/**
 * A stream of numbers that a seed and a name fix. Every decision has a stream of its own, named after what it is about, so that a
 * schedule depends neither on the timing of a run nor on how often another decision was asked for.
 */
export function random(seed: number, name: string): Random {
  return mulberry32(hash(`${String(seed)}:${name}`))
}

/** Whether something happens that happens in this share of the cases. Takes one number whatever the share. */
export function isHit(share: number, next: Random): boolean {
  return next() < share
}

/** One of a list that is not empty. */
export function pick<T>(list: readonly T[], next: Random): T {
  return list[Math.floor(next() * list.length)] as T
}

/** The list in another order: Fisher and Yates, from the end. */
export function shuffled<T>(list: readonly T[], next: Random): readonly T[] {
  const result = [...list]
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1))
    const moved = result[last] as T
    result[last] = result[other] as T
    result[other] = moved
  }
  return result
}

/** Lower-case hex digits. */
export function hex(digits: number, next: Random): string {
  return Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('')
}

/**
 * mulberry32, a published generator with 32 bits of state: a counter that goes up by an odd constant, and a mixing of its value that
 * lets every bit of it reach every bit of the result. Good for schedules, and for nothing that must be a secret.
 */
function mulberry32(seed: number): Random {
  let counter = seed
  return () => {
    counter = (counter + 0x6d2b79f5) | 0
    let mixed = Math.imul(counter ^ (counter >>> 15), counter | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** FNV-1a of the characters' codes, in 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value
}
