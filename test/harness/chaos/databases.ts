import { setTimeout as sleep } from 'node:timers/promises'
import type { EffectRecord } from './records.js'

/** Another program at the database of the receivers. */
export interface LockingDatabase {
  /** Holds the lock for so long, unless somebody else has it just now. */
  lock(ms: number): Promise<void>
  close(): void
}

export async function openDatabase(path: string): Promise<LockingDatabase> {
  const { default: Database } = await import('libsql')
  const database = new Database(path)
  return {
    async lock(ms) {
      try {
        database.exec('BEGIN IMMEDIATE')
      } catch {
        return
      }
      await sleep(ms)
      database.exec('ROLLBACK')
    },
    close: () => void database.close(),
  }
}

/** The table of effects, without any constraint that would keep one from being there twice. */
export async function openEffects(url: string): Promise<{ read(): Promise<readonly EffectRecord[]> }> {
  const { default: pg } = await import('pg')
  const query = async <Row>(...texts: readonly string[]): Promise<readonly Row[]> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      // The table itself must be there after a kill, whatever the server's setting.
      await client.query('SET synchronous_commit = on')
      let rows: Row[] = []
      for (const text of texts) rows = (await client.query(text)).rows as Row[]
      return rows
    } finally {
      await client.end()
    }
  }
  await query(
    `CREATE TABLE effects (pid integer, listener text, type text, task_id text, key text, token text, at double precision)`,
  )
  return {
    read: () => query('SELECT pid, listener, type, task_id AS "taskId", key, token, at FROM effects ORDER BY at'),
  }
}
