/**
 * About how many bytes of memory parsed JSON takes. Counting stops above `limit`: a body of a million small parts costs no more than the
 * limit is worth.
 */
export function sizeOf(value: unknown, limit: number): number {
  const open: unknown[] = [value]
  let size = 0
  while (open.length > 0 && size <= limit) {
    const one = open.pop()
    size += PART_BYTES
    if (typeof one === 'string') size += 2 * one.length
    else if (typeof one === 'object' && one !== null) {
      const parts: readonly unknown[] = Array.isArray(one) ? one : Object.entries(one).flat()
      size += OBJECT_BYTES
      // Known to be too much without a look at them.
      if (parts.length * PART_BYTES > limit) return limit + 1
      for (const part of parts) open.push(part)
    }
  }
  return size
}

const PART_BYTES = 16
const OBJECT_BYTES = 32
