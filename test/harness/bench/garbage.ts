/** All of it, at once. */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('Needs --expose-gc.')
  globalThis.gc()
}

/** What is left of the heap after that, in bytes. */
export function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
