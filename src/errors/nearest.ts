/** The name that was probably meant: another case, a hyphen, a letter or two. Undefined when none is near. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  if (given.length > LONGEST) return undefined
  const plain = toPlain(given)
  const [best] = names
    .map((name) => ({ name, distance: distanceTo(plain, toPlain(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(name.length, plain.length) / 4)))
    .sort((one, other) => one.distance - other.distance)
  return best?.name
}

/** Longer ones are no misspelling of ours. */
const LONGEST = 64

function toPlain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** A name of which only the beginning was written, its unit left out, counts as one letter off. */
function distanceTo(given: string, name: string): number {
  return given.length > 3 && name.startsWith(given) ? Math.min(1, name.length - given.length) : distanceOf(given, name)
}

/** How many letters are to be changed, added, dropped or exchanged with their neighbour, at least. */
function distanceOf(one: string, other: string): number {
  let previous: readonly number[] = []
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1]
      const isExchanged = i > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const changed = at(row, j - 1) + (isSame ? 0 : 1)
      const exchanged = isExchanged ? at(previous, j - 2) + 1 : Infinity
      next[j] = Math.min(at(row, j) + 1, at(next, j - 1) + 1, changed, exchanged)
    }
    previous = row
    row = next
  }
  return at(row, other.length)
}

/** Every index that is asked for is there, which the compiler cannot know. */
function at(row: readonly number[], index: number): number {
  return Number(row[index])
}
