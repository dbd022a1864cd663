import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore, type SqliteDatabase } from '../../../src/stores/sqlite/index.js'
import { storeConformance } from '../../../src/testing/index.js'
import type { Trial } from './trial.js'

type DatabaseClass = new (file: string) => SqliteDatabase

/** The SQLite store on each driver that the runtime has of its own, and what it says where there is none. */
export async function sqlite(): Promise<readonly Trial[]> {
  const missing: Trial = {
    title: 'sqliteStore without a database says so by a code',
    run: () => assert.throws(() => sqliteStore(undefined as never), { code: 'STORE_INVALID' }),
  }
  const drivers = await Promise.all(['node:sqlite', 'bun:sqlite'].map(driver))
  return [missing, ...drivers.flat()]
}

async function driver(name: string): Promise<readonly Trial[]> {
  const module: unknown = await import(name).catch(() => null)
  if (module === null) return []
  const { DatabaseSync, Database = DatabaseSync } = module as Readonly<Record<string, DatabaseClass>>
  if (Database === undefined) throw new Error(`${name} has no class of databases.`)
  const file = join(mkdtempSync(join(tmpdir(), 'suno-callbacks-sqlite-')), 'store.db')
  const database = new Database(file)
  console.log(`SQLite: ${name}`)
  return storeConformance((prefix) => sqliteStore(database, { prefix, callTimeoutMs: 10_000 })).map(
    ({ title, run }) => ({ title: `${name}: ${title}`, run }),
  )
}
