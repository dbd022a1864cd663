import { createHash } from 'node:crypto'

/** A number from 0 up to, and not including, 1, which the seed and the words fix: the same in every process and in every run. */
export function chance(seed: number, ...words: readonly (string | number)[]): number {
  const digest = createHash('sha256')
    .update([seed, ...words].join('\n'))
    .digest()
  return digest.readUInt32BE() / 2 ** 32
}
