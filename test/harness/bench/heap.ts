import { PerformanceObserver } from 'node:perf_hooks'
import { randomBytes } from 'node:crypto'
import { memoryStore } from 'suno-callbacks'
import { toTaskId } from './callback.js'
import { memoryHeld } from './garbage.js'

/** What a memory store with a million finished keys costs. */
export interface HeapMeasured {
  readonly bytesPerKey: number
  readonly inserting: Pause
  readonly expiring: Pause
}

/** The longest time between two keys, in ms: all of it, and what the garbage collector had no part in. */
export interface Pause {
  readonly ms: number
  readonly beyondGcMs: number
  /** The longest of the garbage collector's own. */
  readonly gcMs: number
}

interface Span {
  readonly from: number
  readonly to: number
}

const { keys } = JSON.parse(process.argv[2] ?? '') as { readonly keys: number }
const collections: Span[] = []
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) {
    collections.push({ from: startTime, to: startTime + duration })
  }
}).observe({ entryTypes: ['gc'] })

/** Long enough for all keys to be inserted first. */
const RETENTION_MS = 5000

const store = memoryStore({ maxKeys: 3 * keys })
const run = randomBytes(8).toString('hex')
let made = 0

// The code is warm, and the store is as empty as before, but for a thousandth.
await insert(keys / 1000, 1)
const before = memoryHeld()
const inserting = await insert(keys, RETENTION_MS)
const bytesPerKey = (memoryHeld() - before) / keys
await pause(RETENTION_MS)
const expiring = await insert(keys, RETENTION_MS)
const measured: HeapMeasured = { bytesPerKey, inserting, expiring }
process.send?.(measured)

/** Claims and completes new keys. */
async function insert(count: number, retainMs: number): Promise<Pause> {
  collections.length = 0
  const longest: Span[] = []
  let last = performance.now()
  for (let index = 0; index < count; index++) {
    const key = ['music', 'complete', toTaskId(run, made++)].join(':') // as the library makes it
    await store.claim(key, 'token', 15_000)
    await store.complete(key, 'token', retainMs)
    // Timers of the store's own, if it has some, get their turn.
    if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    const now = performance.now()
    if (now - last > 0.5) longest.push({ from: last, to: now })
    last = now
  }
  await pause(50)
  return {
    ms: Math.max(0, ...longest.map(lengthOf)),
    beyondGcMs: Math.max(0, ...longest.map((span) => lengthOf(span) - collectedIn(span))),
    gcMs: Math.max(0, ...collections.map(lengthOf)),
  }
}

function lengthOf({ from, to }: Span): number {
  return to - from
}

function collectedIn(span: Span): number {
  const shares = collections.map(({ from, to }) => Math.min(to, span.to) - Math.max(from, span.from))
  return shares.filter((share) => share > 0).reduce((sum, share) => sum + share, 0)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
