import type { Pool } from 'pg'
import type { Claims } from './in-store.js'
import { LEASE_MS, RETENTION_MS } from './receiver.js'

/**
 * Keys by hand in Postgres: `INSERT … ON CONFLICT` claims, `UPDATE` completes.
 *
 * Does: one prepared statement a step, by the server's clock, each its own transaction, as durable as the server is set; a claim that has
 * expired can be taken over; a repeat takes a second statement, that tells what is done from what is under way. Does not: delete what has
 * expired (a job of the night would), gather statements.
 */
export async function postgresClaims(pool: Pool, table: string): Promise<Claims> {
  await pool.query(
    `CREATE TABLE IF NOT EXISTS ${table} (key text PRIMARY KEY, is_done boolean NOT NULL, until timestamptz NOT NULL)`,
  )
  const run = (name: string, text: string, key: string) => pool.query({ name, text, values: [key] })
  return {
    async claim(key) {
      const { rowCount } = await run('claim', claim(table), key)
      if (rowCount === 1) return 'claimed'
      const { rows } = await run('read', `SELECT is_done FROM ${table} WHERE key = $1`, key)
      return (rows[0] as { readonly is_done: boolean } | undefined)?.is_done === true ? 'done' : 'in-flight'
    },
    complete: (key) =>
      run('complete', `UPDATE ${table} SET is_done = true, until = ${inMs(RETENTION_MS)} WHERE key = $1`, key),
    release: (key) => run('release', `DELETE FROM ${table} WHERE key = $1 AND NOT is_done`, key),
  }
}

function claim(table: string): string {
  return (
    `INSERT INTO ${table} AS known (key, is_done, until) VALUES ($1, false, ${inMs(LEASE_MS)}) ` +
    'ON CONFLICT (key) DO UPDATE SET is_done = false, until = excluded.until WHERE known.until < now()'
  )
}

function inMs(ms: number): string {
  return `now() + interval '${String(ms)} ms'`
}
