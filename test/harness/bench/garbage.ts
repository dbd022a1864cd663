/** All of it, at once. */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('Needs --expose-gc.')
  globalThis.gc()
}

/** What is left of the heap after that, with the typed arrays that stand outside of it, in bytes. */
export function heapUsed(): number {
  collectGarbage()
  // The first frees typed arrays while the program goes on; the second waits for that.
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
