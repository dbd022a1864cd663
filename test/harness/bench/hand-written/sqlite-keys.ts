import Database from 'libsql'
import { freshFile } from '../open-store.js'
import { LEASE_MS, RETENTION_MS, type Keys } from './keys.js'

/** The same two statements in a file, each on the disk when it has returned. */
export function sqliteKeys(directory: string): Keys {
  const database = new Database(freshFile(directory))
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec(
    'CREATE TABLE keys (key TEXT PRIMARY KEY, is_done INTEGER NOT NULL DEFAULT 0, expires_at INTEGER NOT NULL)',
  )
  const insert = database.prepare(
    `INSERT INTO keys (key, expires_at) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET is_done = 0, expires_at = excluded.expires_at WHERE keys.expires_at <= ?`,
  )
  const select = database.prepare('SELECT is_done FROM keys WHERE key = ?')
  const update = database.prepare('UPDATE keys SET is_done = 1, expires_at = ? WHERE key = ?')
  const remove = database.prepare('DELETE FROM keys WHERE key = ? AND NOT is_done')
  return {
    claim(key) {
      const now = Date.now()
      if (insert.run(key, now + LEASE_MS, now).changes === 1) return 'claimed'
      return (select.get(key) as { readonly is_done: number } | undefined)?.is_done === 1 ? 'done' : 'in-flight'
    },
    complete: (key) => update.run(Date.now() + RETENTION_MS, key),
    release: (key) => remove.run(key),
  }
}
