import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import ts from 'typescript'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { sqliteStore, type SqliteDatabase } from '../../../src/stores/sqlite/index.js'
import { storeConformance } from '../../../src/testing/index.js'
import { sqliteDrivers } from '../../support/sqlite-drivers.js'
import type { Order, RaceResult } from './sqlite-worker.js'

const DAY = 86_400_000
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'suno-callbacks-sqlite-'))
const handles = new Set<{ close(): unknown }>()
const children = new Set<ChildProcess>()
let files = 0

afterEach(() => {
  vi.useRealTimers()
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})

afterAll(() => {
  for (const handle of handles) handle.close()
  rmSync(directory, { recursive: true, force: true })
})

const DRIVERS = sqliteDrivers(handles)

describe.each(DRIVERS)('on %s', (_name, openDatabase) => {
  const file = newFile()
  // The stores of one case share a handle or the file, as the stores of one process or of several do.
  const shared = openDatabase(file)
  let stores = 0
  const cases = storeConformance((prefix) =>
    sqliteStore(stores++ % 2 === 0 ? shared : openDatabase(file), { prefix, callTimeoutMs: 10_000 }),
  )
  for (const { title, run } of cases) test.concurrent(title, run)

  test('a database locked by another connection is waited for, and the event loop goes on', async () => {
    const file = newFile()
    const store = sqliteStore(openDatabase(file))
    await store.claim('first', 'a', DAY)
    const other = openDatabase(file)
    other.exec('BEGIN IMMEDIATE')
    let ticks = 0
    const ticking = setInterval(() => ticks++, 10)
    const unlocked = sleep(500).then(() => other.exec('COMMIT'))
    expect(await store.claim('key', 'a', DAY)).toEqual({ status: 'claimed' })
    await unlocked
    clearInterval(ticking)
    expect(ticks).toBeGreaterThan(10)
  })

  test('a handle that is in a transaction is refused, and its transaction left alone', async () => {
    const database = openDatabase(newFile())
    const store = sqliteStore(database)
    await store.claim('key', 'a', DAY)
    database.exec('CREATE TABLE own (id INTEGER)')
    database.exec('BEGIN')
    database.exec('INSERT INTO own VALUES (1)')
    await expect(store.claim('other', 'a', DAY)).rejects.toMatchObject({
      name: 'ConfigurationError',
      code: 'STORE_INVALID',
      message: expect.stringContaining('in a transaction') as string,
    })
    database.exec('COMMIT')
    expect(database.prepare('SELECT count(*) AS rows FROM own').get()).toMatchObject({ rows: 1 })
    expect(await store.claim('other', 'a', DAY)).toEqual({ status: 'claimed' })
  })
})

describe('what is on the disk', () => {
  test('finished and claimed keys survive the end of the process', async () => {
    const file = newFile()
    const before = open(file)
    const first = sqliteStore(before)
    await first.claim('finished', 'a', DAY)
    await first.complete('finished', 'a', DAY)
    await first.claim('held', 'a', DAY)
    await first.close()
    before.close()
    handles.delete(before)

    const second = sqliteStore(open(file))
    expect(await second.isDone('finished')).toBe(true)
    expect(await second.claim('finished', 'b', DAY)).toEqual({ status: 'done' })
    expect((await second.claim('held', 'b', DAY)).status).toBe('in-flight')
    expect(await second.complete('held', 'a', DAY)).toBe(true)
  })

  test('every commit is synced to the disk, in a write-ahead log', async () => {
    const database = open(newFile())
    database.exec('PRAGMA synchronous = OFF')
    await sqliteStore(database).claim('key', 'a', DAY)
    expect(database.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 })
  })

  test('a call answers only after the commit that it is in', async () => {
    const file = newFile()
    const database = open(file)
    const store = sqliteStore(database)
    const other = open(file)
    for (let i = 0; i < 20; i++) {
      await store.claim(`key-${String(i)}`, 'a', DAY)
      expect(database.inTransaction).toBe(false)
      expect(other.prepare('SELECT count(*) AS keys FROM suno_callbacks').get()).toMatchObject({ keys: i + 1 })
    }
  })

  test('calls of one turn of the event loop share a commit', async () => {
    const commits: string[] = []
    const store = sqliteStore(
      spied(open(newFile()), (sql) => {
        if (sql === 'COMMIT') commits.push(sql)
      }),
    )
    await store.claim('first', 'a', DAY)
    commits.length = 0
    await Promise.all(Array.from({ length: 200 }, (_, i) => store.claim(`key-${String(i)}`, 'a', DAY)))
    expect(commits).toHaveLength(1)
  })

  test('complete is true again for the token that has finished the key, and false for others', async () => {
    const store = sqliteStore(open(newFile()))
    await store.claim('key', 'a', DAY)
    expect(await store.complete('key', 'a', DAY)).toBe(true)
    expect(await store.complete('key', 'a', DAY)).toBe(true)
    expect(await store.complete('key', 'b', DAY)).toBe(false)
  })

  test('two tables of one database do not see each other', async () => {
    const file = newFile()
    const one = sqliteStore(open(file), { table: 'one' })
    const two = sqliteStore(open(file), { table: 'two' })
    await one.claim('key', 'a', DAY)
    expect(await two.claim('key', 'b', DAY)).toEqual({ status: 'claimed' })
    expect(await two.complete('key', 'b', DAY)).toBe(true)
    expect(await one.isDone('key')).toBe(false)
  })

  test('a prefix and a key never mix', async () => {
    const database = open(newFile())
    await sqliteStore(database, { prefix: 'a' }).claim('bc', 'a', DAY)
    expect(await sqliteStore(database, { prefix: 'ab' }).claim('c', 'b', DAY)).toEqual({ status: 'claimed' })
  })
})

describe('several processes on one file', () => {
  test('each key has one winner, and a locked database is no error', async () => {
    const file = newFile()
    const keys = Array.from({ length: 300 }, (_, i) => `key-${String(i)}`)
    const workers = Array.from({ length: 4 }, () => work({ do: 'race', file, keys }))
    const results = await Promise.all(workers.map(async ({ answer }) => (await answer()) as RaceResult))
    expect(results.flatMap(({ errors }) => errors)).toEqual([])
    expect(results.flatMap(({ won }) => won).sort()).toEqual([...keys].sort())
  })

  test('what a killed process held is taken over after its lease; what it finished stays finished', async () => {
    const file = newFile()
    const finished = ['finished-1', 'finished-2']
    const held = ['held-1', 'held-2']
    const { child, answer } = work({ do: 'hold', file, complete: finished, claim: held, leaseMs: 3_000 })
    expect(await answer()).toBe('holding')
    child.kill('SIGKILL')
    await once(child, 'close')

    const store = sqliteStore(open(file))
    for (const key of finished) expect(await store.claim(key, 'b', DAY)).toEqual({ status: 'done' })
    expect((await store.claim('held-1', 'b', DAY)).status).toBe('in-flight')
    for (const key of held) {
      for (let result = await store.claim(key, 'b', DAY); result.status !== 'claimed';) {
        if (result.status === 'done') throw new Error(`${key} was never finished`)
        expect(result.retryAfterMs).toBeLessThanOrEqual(3_000)
        await sleep(Math.min(result.retryAfterMs, 100))
        result = await store.claim(key, 'b', DAY)
      }
    }
  })
})

describe('a database that cannot be written', () => {
  test('calls reject after callTimeoutMs while it is locked, with the cause, and never act later', async () => {
    const file = newFile()
    const store = sqliteStore(open(file), { callTimeoutMs: 200 })
    await store.claim('first', 'a', DAY)
    const other = open(file)
    other.exec('BEGIN IMMEDIATE')
    const calls = await Promise.allSettled([
      store.claim('key', 'a', DAY),
      sleep(50).then(() => store.complete('first', 'a', DAY)),
    ])
    for (const call of calls) {
      expect(call).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringContaining('locked') as string, cause: { code: 'SQLITE_BUSY' } },
      })
    }
    other.exec('COMMIT')
    expect(await store.claim('key', 'b', DAY)).toEqual({ status: 'claimed' })
    expect(await store.isDone('first')).toBe(false)
  })

  test('the first call of all waits for a locked database too', async () => {
    const file = newFile()
    const other = open(file)
    other.exec('BEGIN EXCLUSIVE')
    const store = sqliteStore(open(file))
    const claim = store.claim('key', 'a', DAY)
    await sleep(50)
    other.exec('COMMIT')
    expect(await claim).toEqual({ status: 'claimed' })
  })

  test('a call that fails does not take those down that share its commit', async () => {
    const database = open(newFile())
    const store = sqliteStore(database)
    await store.claim('first', 'a', DAY)
    database.exec(`CREATE TRIGGER refuse BEFORE INSERT ON suno_callbacks WHEN NEW.key = 'bad'
      BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END`)
    const calls = ['good', 'bad', 'better'].map((key) => store.claim(key, 'a', DAY))
    const [good, bad, better] = await Promise.allSettled(calls)
    expect([good, better]).toMatchObject([{ value: { status: 'claimed' } }, { value: { status: 'claimed' } }])
    expect(bad).toMatchObject({ reason: { message: 'refused by a trigger' } })
    expect(await store.isDone('bad')).toBe(false)
  })

  test('a failed commit leaves nothing behind, even when SQLite has rolled back by itself', async () => {
    const database = open(newFile())
    const store = sqliteStore(database)
    await store.claim('first', 'a', DAY)
    database.exec(`CREATE TRIGGER refuse BEFORE INSERT ON suno_callbacks WHEN NEW.key = 'bad'
      BEGIN SELECT RAISE(ROLLBACK, 'rolled back by a trigger'); END`)
    await expect(store.claim('bad', 'a', DAY)).rejects.toThrow('rolled back by a trigger')
    expect(await store.claim('good', 'a', DAY)).toEqual({ status: 'claimed' })
  })

  test('a database in memory is refused', () => {
    expect(() => sqliteStore(new Database(':memory:'))).toThrow(unusable('memoryStore()'))
  })

  test('a read-only database is refused, at the latest by the first call', async () => {
    const file = newFile()
    const database = open(file)
    const readOnly = Object.defineProperty(spied(database), 'readonly', { value: true })
    expect(() => sqliteStore(readOnly)).toThrow(unusable('read-only'))
    database.exec('PRAGMA query_only = ON')
    await expect(sqliteStore(database).claim('key', 'a', DAY)).rejects.toThrow(unusable('read-only'))
  })

  test('a file system without a write-ahead log is refused by the first call', async () => {
    // The same answer as of a network drive: another journal mode than the one asked for.
    const database = open(newFile())
    const store = sqliteStore({
      exec: (sql) => database.exec(sql),
      prepare: (sql) => database.prepare(sql === 'PRAGMA journal_mode = WAL' ? 'PRAGMA journal_mode = DELETE' : sql),
    })
    await expect(store.claim('key', 'a', DAY)).rejects.toThrow(unusable('local disk'))
  })

  test('a handle that is in a transaction already is refused at once', () => {
    const database = open(newFile())
    database.exec('BEGIN')
    expect(() => sqliteStore(database)).toThrow(unusable('in a transaction'))
    database.exec('COMMIT')
    const newer = Object.defineProperty(spied(database), 'isTransaction', { value: true })
    expect(() => sqliteStore(newer)).toThrow(unusable('in a transaction'))
  })

  test('a handle that is closed is refused at once, and rejects the calls of a store that has it', async () => {
    const database = new Database(newFile())
    const store = sqliteStore(database)
    await store.claim('key', 'a', DAY)
    database.close()
    await expect(store.claim('key', 'a', DAY)).rejects.toThrow(unusable('closed'))
    expect(() => sqliteStore(database)).toThrow(unusable('closed'))
  })

  test('what is no database is refused at once', () => {
    for (const wrong of [undefined, null, 'keys.db', {}, { exec: () => undefined }, Promise.resolve(open(newFile()))]) {
      expect(() => sqliteStore(wrong as unknown as SqliteDatabase)).toThrow(unusable('opened database'))
    }
  })

  test('an error that is no Error object passes on as it is', async () => {
    const database = open(newFile())
    const store = sqliteStore(
      spied(database, (sql) => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- a driver may
        if (sql === 'BEGIN IMMEDIATE') throw 'out of order'
      }),
    )
    await expect(store.claim('key', 'a', DAY)).rejects.toBe('out of order')
  })
})

describe('options', () => {
  test('are checked at once', () => {
    const database = open(newFile())
    const refused = (options: object, code: string) =>
      expect(() => sqliteStore(database, options), JSON.stringify(options)).toThrow(
        expect.objectContaining({ name: 'ConfigurationError', code }) as Error,
      )
    for (const table of ['', 'a b', '1a', 'a"b', 'sqlite_keys', 'x'.repeat(64), 7]) refused({ table }, 'OPTION_INVALID')
    refused({ prefix: 7 }, 'OPTION_INVALID')
    for (const callTimeoutMs of [0, -1, NaN, Infinity, 60_001, '2000'])
      refused({ callTimeoutMs }, 'OPTION_OUT_OF_RANGE')
    refused({ tabel: 'keys' }, 'OPTION_UNKNOWN')
  })

  test('may be undefined', async () => {
    const store = sqliteStore(open(newFile()), { table: undefined, prefix: undefined, callTimeoutMs: undefined })
    expect(await store.claim('key', 'a', DAY)).toEqual({ status: 'claimed' })
  })
})

describe('cleaning', () => {
  test('removes what has expired, in portions, and only that', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const database = open(newFile())
    const store = sqliteStore(database)
    const keys = () => (database.prepare('SELECT count(*) AS keys FROM suno_callbacks').get() as Count).keys
    const settle = (key: string, retainMs: number) =>
      store.claim(key, 'a', 10_000).then(() => store.complete(key, 'a', retainMs))
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => settle(`short-${String(i)}`, 60_000)))
    await Promise.all(Array.from({ length: 10 }, (_, i) => settle(`long-${String(i)}`, DAY)))
    await store.claim('dead', 'a', 10_000)
    await store.claim('held', 'a', DAY)
    expect(keys()).toBe(1_212)

    vi.advanceTimersByTime(DAY / 2)
    await store.isDone('any')
    expect(keys()).toBe(712)
    await store.isDone('any')
    expect(keys()).toBe(712)
    vi.advanceTimersByTime(1_000)
    await store.isDone('any')
    expect(keys()).toBe(212)
    vi.advanceTimersByTime(1_000)
    await store.isDone('any')
    expect(keys()).toBe(11)
    expect(await store.isDone('long-9')).toBe(true)
    expect((await store.claim('held', 'b', 10_000)).status).toBe('in-flight')
  })

  test('leaves a lapsed claim to its own attempt for a while', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const store = sqliteStore(open(newFile()))
    await store.claim('key', 'a', 10_000)
    vi.advanceTimersByTime(300_000)
    expect(await store.renew('key', 'a', 10_000)).toBe(true)
  })
})

describe('close', () => {
  test('finishes what was asked for, refuses what comes later, and leaves the database open', async () => {
    const database = open(newFile())
    const store = sqliteStore(database)
    const claim = store.claim('key', 'a', DAY)
    let isClaimed = false
    void claim.then(() => (isClaimed = true))
    await store.close()
    expect(isClaimed).toBe(true)
    await expect(store.claim('key', 'a', DAY)).rejects.toThrow('closed')
    await expect(store.isDone('key')).rejects.toThrow('closed')
    await store.close()
    expect(database.prepare('SELECT 1 AS one').get()).toMatchObject({ one: 1 })
  })

  test('comes to an end while the database is locked', async () => {
    const file = newFile()
    const store = sqliteStore(open(file), { callTimeoutMs: 100 })
    const other = open(file)
    other.exec('BEGIN EXCLUSIVE')
    const claim = expect(store.claim('key', 'a', DAY)).rejects.toThrow('locked')
    await store.close()
    await claim
    other.exec('COMMIT')
  })
})

interface Count {
  readonly keys: number
}

function newFile(): string {
  return join(directory, `${String(files++)}.db`)
}

function open(file: string) {
  const database = new Database(file)
  handles.add(database)
  return database
}

/** The same handle, with a look at what it executes. */
function spied(database: Database.Database, look: (sql: string) => void = () => undefined): SqliteDatabase {
  return {
    exec: (sql) => {
      look(sql)
      return database.exec(sql)
    },
    prepare: (sql) => database.prepare(sql),
  }
}

function unusable(reason: string): Error {
  return expect.objectContaining({
    name: 'ConfigurationError',
    code: 'STORE_INVALID',
    message: expect.stringContaining(reason) as string,
  }) as Error
}

/** A process of its own, which uses the package by its name. */
function work(order: Order) {
  const source = readFileSync(new URL('sqlite-worker.ts', import.meta.url), 'utf8')
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  })
  const args = ['--input-type=module', '--eval', outputText, JSON.stringify(order)]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    child,
    answer: async () => {
      const { value } = (await lines.next()) as { readonly value?: string }
      if (value === undefined) throw new Error('The process ended without an answer.')
      return JSON.parse(value) as unknown
    },
  }
}
