import { createRequire } from 'node:module'
import Database from 'libsql'
import type { SqliteDatabase, SqliteStatement } from '../../src/stores/sqlite/index.js'

/** What has to be closed after the tests. */
type Handles = Set<{ close(): unknown }>

type DatabaseClass = new (file: string) => SqliteDatabase & { close(): unknown }

/** Each kind of database handle that this machine has, by its name, with a function that opens a file and notes the handle. */
export function sqliteDrivers(handles: Handles): readonly (readonly [string, (file: string) => SqliteDatabase])[] {
  const open = (file: string) => {
    const database = new Database(file)
    handles.add(database)
    return database
  }
  return [
    ['libsql', open],
    ['a handle that shows no more than the first node:sqlite', (file) => asFirstNodeSqlite(open(file))],
    ...installed(handles, 'better-sqlite3', (module) => module as DatabaseClass),
    ...installed(handles, 'node:sqlite', (module) => (module as { readonly DatabaseSync: DatabaseClass }).DatabaseSync),
  ]
}

/** No `inTransaction`, numeric error codes, and integers as a handle can be set to answer them. */
function asFirstNodeSqlite(database: Database.Database): SqliteDatabase {
  const translated = <T>(step: () => T): T => {
    try {
      return step()
    } catch (error) {
      const { message, rawCode } = error as { message: string; rawCode?: number }
      throw Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode: rawCode })
    }
  }
  return {
    exec: (sql) => translated(() => database.exec(sql)),
    prepare: (sql) => {
      const statement = translated(() => database.prepare(sql).safeIntegers()) as SqliteStatement
      return {
        run: (...values) => translated(() => statement.run(...values)),
        get: (...values) => {
          const row = translated(() => statement.get(...values)) as Record<string, unknown> | undefined
          return row && 'rows' in row ? { rows: Number(row.rows) } : row
        },
      }
    },
  }
}

/** A driver that this machine may have. */
function installed(handles: Handles, name: string, toClass: (module: unknown) => DatabaseClass) {
  try {
    const Class = toClass(createRequire(import.meta.url)(name))
    const openDatabase = (file: string) => {
      const database = new Class(file)
      handles.add(database)
      return database
    }
    return [[name, openDatabase] as const]
  } catch {
    return []
  }
}
