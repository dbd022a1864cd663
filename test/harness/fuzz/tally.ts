import type { FuzzCase } from './fuzz-case.js'
import type { CaseResult } from './run-case.js'

export interface Finding {
  /** The case; null where it takes many of them. */
  readonly number: number | null
  readonly fault: string
}

/** What a run has seen. */
export class Tally {
  readonly findings: Finding[] = []
  /** After a collection, at even distances. */
  readonly heap: { readonly cases: number; readonly bytes: number }[] = []
  readonly outcomes = new Map<string, number>()
  readonly events = new Map<string, number>()
  readonly ways = new Map<string, number>()
  slowest = { number: -1, ms: 0 }
  cases = 0
  seconds = 0

  add({ number, setup, transport }: FuzzCase, { outcomes, events, ms }: CaseResult): void {
    this.cases++
    for (const name of outcomes) count(this.outcomes, name)
    for (const type of events) count(this.events, type)
    count(this.ways, setup)
    count(this.ways, transport)
    if (ms > this.slowest.ms) this.slowest = { number, ms }
  }

  find(number: number | null, fault: string): void {
    this.findings.push({ number, fault })
  }

  /** Only where Node was started with --expose-gc: without a collection the figure says nothing. */
  async measureHeap(cases: number): Promise<void> {
    if (globalThis.gc === undefined) return
    // What the last cases have left in the event loop goes first.
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc()
    this.heap.push({ cases, bytes: process.memoryUsage().heapUsed })
  }

  end(seconds: number, growth: number): void {
    this.seconds = seconds
    const [first] = this.heap
    const last = this.heap.at(-1)
    if (first === undefined || last === undefined || last.bytes - first.bytes < growth) return
    this.find(null, `the heap has grown from ${mebibytes(first.bytes)} to ${mebibytes(last.bytes)}`)
  }

  toString(): string {
    const rows: readonly (readonly [string, string])[] = [
      ['cases', String(this.cases)],
      ['seconds', this.seconds.toFixed(1)],
      ['cases per second', (this.cases / this.seconds).toFixed(0)],
      ['setups and ways', toList(this.ways)],
      ['outcomes', toList(this.outcomes)],
      ['events', toList(this.events)],
      ['slowest', `case ${String(this.slowest.number)}, ${this.slowest.ms.toFixed(0)} ms`],
      ['heap', this.heap.map(({ cases, bytes }) => `${String(cases)}: ${mebibytes(bytes)}`).join(', ')],
      ['findings', String(this.findings.length)],
      ...this.findings.filter(({ number }) => number === null).map(({ fault }) => ['FINDING', fault] as const),
    ]
    return rows.map(([name, value]) => `  ${name.padEnd(17)} ${value}`).join('\n')
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function toList(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, left], [, right]) => right - left)
  return sorted.map(([name, number]) => `${name} ${String(number)}`).join(', ')
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
