import { connectPostgres, freshTable } from '../open-store.js'
import { LEASE_MS, RETENTION_MS, type Keys } from './keys.js'

/** `INSERT … ON CONFLICT` to claim, `UPDATE` to complete, a statement each, prepared by name as pg advises. */
export async function postgresKeys(url: string): Promise<Keys> {
  const pool = await connectPostgres(url)
  const table = freshTable()
  await pool.query(
    `CREATE TABLE ${table} (key text PRIMARY KEY, is_done boolean NOT NULL DEFAULT false, expires_at timestamptz NOT NULL)`,
  )
  const claim = `INSERT INTO ${table} (key, expires_at) VALUES ($1, now() + interval '${String(LEASE_MS)} ms')
    ON CONFLICT (key) DO UPDATE SET is_done = false, expires_at = excluded.expires_at WHERE ${table}.expires_at <= now()`
  const complete = `UPDATE ${table} SET is_done = true, expires_at = now() + interval '${String(RETENTION_MS)} ms' WHERE key = $1`
  return {
    async claim(key) {
      const { rowCount } = await pool.query({ name: 'claim', text: claim, values: [key] })
      if (rowCount === 1) return 'claimed'
      const { rows } = await pool.query<{ is_done: boolean }>(`SELECT is_done FROM ${table} WHERE key = $1`, [key])
      return rows[0]?.is_done === true ? 'done' : 'in-flight'
    },
    complete: (key) => pool.query({ name: 'complete', text: complete, values: [key] }),
    release: (key) => pool.query(`DELETE FROM ${table} WHERE key = $1 AND NOT is_done`, [key]),
  }
}
