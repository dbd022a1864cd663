import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, test } from 'vitest'
import type { WatchedTask } from '../../../src/polling/task-list.js'
import { sqliteStore, sqliteTasks } from '../../../src/stores/sqlite/index.js'
import { taskListConformance } from '../../../src/testing/index.js'

const directory = mkdtempSync(join(tmpdir(), 'suno-callbacks-sqlite-'))
const handles: Database.Database[] = []
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
  handles.push(handle)
  return handle
}

function toTask(taskId: string): WatchedTask {
  return { kind: 'music', taskId, metadata: {}, submittedAt: new Date() }
}

describe('sqliteTasks keeps the contract: it', () => {
  const shared = open(newFile())
  const cases = taskListConformance((prefix) => sqliteTasks(shared, { prefix, callTimeoutMs: 10_000 }))
  for (const { title, run } of cases) test.concurrent(title, run)
})

describe('sqliteTasks', () => {
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
