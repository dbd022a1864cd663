import type Database from 'libsql'
import type { Claims } from './in-store.js'
import { LEASE_MS, RETENTION_MS } from './receiver.js'

/**
 * Keys by hand in a file of SQLite: the statements of `postgres.ts`, each synced to the disk.
 *
 * Does: prepared statements in WAL mode, as durable as Postgres is by default (`synchronous = FULL`); a claim that has expired can be taken
 * over. Does not: delete what has expired (a job of the night would), gather statements.
 */
export function sqliteClaims(database: InstanceType<typeof Database>): Claims {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000')
  database.exec(
    'CREATE TABLE IF NOT EXISTS events (key TEXT PRIMARY KEY, is_done INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID',
  )
  const claim = database.prepare(
    'INSERT INTO events (key, is_done, until) VALUES (?, 0, ?) ' +
      'ON CONFLICT (key) DO UPDATE SET is_done = 0, until = excluded.until WHERE events.until < ?',
  )
  const read = database.prepare('SELECT is_done FROM events WHERE key = ?')
  const complete = database.prepare('UPDATE events SET is_done = 1, until = ? WHERE key = ?')
  const release = database.prepare('DELETE FROM events WHERE key = ? AND is_done = 0')

  // Async functions, so that an error of the database is a rejection like those of the others.
  /* eslint-disable @typescript-eslint/require-await */
  return {
    async claim(key) {
      const now = Date.now()
      if (claim.run(key, now + LEASE_MS, now).changes === 1) return 'claimed'
      return (read.get(key) as { readonly is_done: number } | undefined)?.is_done === 1 ? 'done' : 'in-flight'
    },
    complete: async (key) => complete.run(Date.now() + RETENTION_MS, key),
    release: async (key) => release.run(key),
  }
}
