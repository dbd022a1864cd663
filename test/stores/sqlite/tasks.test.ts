import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, test } from 'vitest'
import type { WatchedTask } from '../../../src/polling/task-list.js'
import { sqliteStore, sqliteTasks } from '../../../src/stores/sqlite/index.js'
import { taskListConformance } from '../../../src/testing/index.js'
import { expectEachLentOnce } from '../../support/parallel-takers.js'
import { sqliteDrivers } from '../../support/sqlite-drivers.js'

const directory = mkdtempSync(join(tmpdir(), 'suno-callbacks-sqlite-'))
const handles = new Set<{ close(): unknown }>()
let files = 0

afterAll(() => {
  for (const handle of handles) handle.close()
  rmSync(directory, { recursive: true, force: true })
})

function newFile(): string {
  return join(directory, `${String(files++)}.db`)
}

function open(file: string): Database.Database {
  const handle = new Database(file)
  handles.add(handle)
  return handle
}

function toTask(taskId: string): WatchedTask {
  return { kind: 'music', taskId, metadata: {}, submittedAt: new Date() }
}

describe.each(sqliteDrivers(handles))('sqliteTasks on %s keeps the contract: it', (_name, openDatabase) => {
  const file = newFile()
  // The lists of one case share a handle or the file, as the lists of one process or of several do.
  const shared = openDatabase(file)
  let lists = 0
  const cases = taskListConformance((prefix) =>
    sqliteTasks(lists++ % 2 === 0 ? shared : openDatabase(file), { prefix, callTimeoutMs: 10_000 }),
  )
  for (const { title, run } of cases) test.concurrent(title, run)
})

describe('sqliteTasks', () => {
  test('lends each of 1,000 tasks to one of 5 callers that take them at once, with a handle each', async () => {
    const file = newFile()
    await expectEachLentOnce(Array.from({ length: 5 }, () => sqliteTasks(open(file), { callTimeoutMs: 30_000 })))
  }, 60_000)

  test('shares a database with sqliteStore, and its tasks with other handles; they survive the end of the process', async () => {
    const file = newFile()
    const database = open(file)
    const store = sqliteStore(database)
    const list = sqliteTasks(database)
    await Promise.all([store.claim('key', 'a', 45_000), list.add(toTask('1'), 0), list.add(toTask('2'), 0)])
    const [task] = await list.take(1, 45_000)
    await list.close()
    await expect(list.size()).rejects.toThrow('closed')
    const other = sqliteTasks(open(file))
    expect(await other.size()).toBe(2)
    expect(await other.take(10, 45_000)).toMatchObject([{ taskId: task?.taskId === '1' ? '2' : '1' }])
  })

  test('finds what is due by its index, not by looking at every task', async () => {
    const database = open(newFile())
    await sqliteTasks(database).size()
    const plan = database
      .prepare('EXPLAIN QUERY PLAN SELECT * FROM suno_callbacks_tasks WHERE prefix = ? AND due_at <= ? ORDER BY due_at')
      .all('', 0)
    expect(JSON.stringify(plan)).toContain('USING INDEX suno_callbacks_tasks_due (prefix=? AND due_at<?)')
    expect(JSON.stringify(plan)).not.toContain('TEMP B-TREE')
  })

  test('names itself in the errors of its options and its database', () => {
    const database = open(newFile())
    expect(() => sqliteTasks(database, { table: '1' })).toThrow('sqliteTasks: table must be')
    expect(() => sqliteTasks(open(':memory:'))).toThrow('sqliteTasks cannot use this database')
  })
})
