import { openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** One call of a receiver's store, written when it had its result; those that give a key up also when they begin. */
export interface CallRecord {
  readonly pid: number
  readonly call: 'claim' | 'complete' | 'release' | 'renew' | 'isDone'
  readonly key: string
  /** Null for `isDone`, which has none. */
  readonly token: string | null
  /** `begun`: the process may be killed before it hears what came of it. */
  readonly result: 'begun' | 'claimed' | 'done' | 'in-flight' | 'rejected' | boolean
  readonly startedAt: number
  readonly at: number
}

/** A listener has done its work for an event. */
export interface EffectRecord extends EventName {
  readonly pid: number
  readonly listener: string
  /** Of the attempt that the listener was called by. */
  readonly token: string
  readonly at: number
}

/** A listener is about to fail, or to outlast the deadline. */
export interface MishapRecord extends EventName {
  readonly pid: number
  readonly listener: string
  readonly mishap: 'threw' | 'slow'
  readonly token: string
  readonly at: number
  /** When it will be over. */
  readonly until: number
}

/** What became of a delivery, written before it is answered. */
export interface OutcomeRecord {
  readonly pid: number
  readonly status: string
  readonly type: string | null
  readonly taskId: string | null
  readonly key: string | null
  readonly at: number
}

/** A request for a record that is about to be sent. */
export interface RequestRecord {
  readonly pid: number
  readonly taskId: string
  readonly at: number
}

/** For this long the machine did not let a receiver run, though it had something to do. */
export interface StallRecord {
  readonly pid: number
  readonly port: number
  readonly from: number
  readonly until: number
}

/** No two callbacks of a run have the same. */
export interface EventName {
  readonly type: string
  readonly taskId: string
  readonly key: string
}

/** What receivers wrote, from all their lives. */
export interface Records {
  readonly calls: readonly CallRecord[]
  readonly effects: readonly EffectRecord[]
  readonly mishaps: readonly MishapRecord[]
  readonly outcomes: readonly OutcomeRecord[]
  readonly requests: readonly RequestRecord[]
  readonly stalls: readonly StallRecord[]
}

type File = keyof Records

export interface RecordWriter {
  readonly write: <Name extends File>(file: Name, record: Records[Name][number]) => void
}

/** Appends to files that all receivers share: one write for each line, so that no kill leaves half of one. */
export function recordWriter(directory: string): RecordWriter {
  const descriptors = new Map(FILES.map((file) => [file, openSync(pathOf(directory, file), 'a')]))
  return {
    write: (file, record) => writeSync(descriptors.get(file) ?? -1, `${JSON.stringify(record)}\n`),
  }
}

export function readRecords(directory: string): Records {
  const read = <Name extends File>(file: Name): Records[Name] => {
    const lines = readFileSync(pathOf(directory, file), 'utf8').split('\n')
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as never)
  }
  return {
    ...{ calls: read('calls'), effects: read('effects'), mishaps: read('mishaps') },
    ...{ outcomes: read('outcomes'), requests: read('requests'), stalls: read('stalls') },
  }
}

/** Milliseconds of a clock that all processes of this machine share and nobody sets. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

const FILES: readonly File[] = ['calls', 'effects', 'mishaps', 'outcomes', 'requests', 'stalls']

function pathOf(directory: string, file: File): string {
  return join(directory, `${file}.jsonl`)
}
