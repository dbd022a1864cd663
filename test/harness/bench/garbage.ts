/** All of it, at once. */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('Needs --expose-gc.')
  globalThis.gc()
}

/** What is left after that of the memory in use. */
export function memoryHeld(): number {
  collectGarbage()
  // The first frees typed arrays while the program goes on; the second waits for that.
  collectGarbage()
  return memoryInUse()
}

/** With what nobody holds any more, in bytes: of the heap, and outside of it, where typed arrays and bodies are. */
export function memoryInUse(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
