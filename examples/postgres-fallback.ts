import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import pg from 'pg'
import { SunoCallbacks } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'
import { providerClient, recordPoller, type TaskToWatch } from 'suno-callbacks/polling'
import { postgresStore, postgresTasks } from 'suno-callbacks/postgres'

/**
 * Any number of instances that share one Postgres. Songs come by callback; one whose callback never comes is found in its record, by
 * whichever instance asks next. Tasks are in the database too, so a restart forgets none.
 */
async function main(): Promise<void> {
  const { PORT = '3000', DATABASE_URL = '' } = process.env
  if (DATABASE_URL === '') throw new Error('Set DATABASE_URL, for example to postgres://app@127.0.0.1:5432/shop.')

  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10, connectionTimeoutMillis: 2000 })
  // Without this, a restart of Postgres would end the process: connections that idle say by an event that they were lost.
  pool.on('error', (error) => console.error(`Postgres: ${error.message}`))
  const store = postgresStore(pool)
  const tasks = postgresTasks(pool)

  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL: the same for every instance.
  const suno = new SunoCallbacks({ store })
  suno.callbackUrl('music') // throws now, not at the first order, when the address is missing
  const finish = (orderId: string | undefined, url: string | null, problem: string | null) =>
    pool.query('UPDATE orders SET url = $2, problem = $3 WHERE id = $1', [orderId, url, problem])
  suno.on('music:complete', async ({ metadata, tracks, source }) => {
    await finish(metadata.orderId, tracks[0]?.audioUrl ?? null, null)
    console.log(`order ${metadata.orderId ?? '-'}: complete, by ${source}`)
  })
  suno.on('error', async ({ metadata, reason }) => {
    await finish(metadata.orderId, null, reason)
  })

  // The key is SUNO_API_KEY.
  const poller = recordPoller(suno, { provider: providerClient({ provider: 'sunoapi' }), tasks, mode: 'fallback' })
  poller.on('overdue', ({ taskId }) => console.error(`Nobody knows what became of ${taskId}: ask the provider.`))

  const app = express()
  app.use('/suno', expressMiddleware(suno)) // before express.json(), whose limit is 100 kB
  app.post('/orders/:orderId', async (request, response) => {
    const { orderId } = request.params
    const song = { prompt: 'A calm folk song', customMode: false, instrumental: false, model: 'V4_5' }
    await pool.query('INSERT INTO orders (id) VALUES ($1)', [orderId])
    const { taskId } = await poller.submit('/api/v1/generate', song, { metadata: { orderId } })
    await pool.query('UPDATE orders SET task_id = $2 WHERE id = $1', [orderId, taskId])
    response.status(202).json({ taskId })
  })
  app.get('/orders/:orderId', async (request, response) => {
    const { rows } = await pool.query('SELECT url, problem FROM orders WHERE id = $1', [request.params.orderId])
    response.status(rows.length === 0 ? 404 : 200).json(rows[0] ?? { error: 'There is no such order.' })
  })

  await makeOrders(pool)
  const server = app.listen(Number(PORT))
  const stopped = once(process, 'SIGTERM')
  await once(server, 'listening')
  poller.start()
  // What this app was away for need not wait until its record is due.
  const sweeping = poller.sweep(openOrders(pool)).catch((error: unknown) => console.error(error))
  console.log(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)

  await stopped
  await poller.stop() // tasks that are asked for right now go back to the list
  await sweeping
  const left = await suno.close() // new callbacks get 503 and come again; those under way are waited for
  server.close()
  await Promise.all([store.close(), tasks.close()])
  await pool.end()
  console.log(`closed, ${String(left)} events left unfinished`)
}

async function* openOrders(pool: pg.Pool): AsyncGenerator<TaskToWatch> {
  const { rows } = await pool.query<{ id: string; task_id: string; made_at: Date }>(
    'SELECT id, task_id, made_at FROM orders WHERE url IS NULL AND problem IS NULL AND task_id IS NOT NULL',
  )
  for (const { id, task_id: taskId, made_at: submittedAt } of rows) {
    yield { kind: 'music', taskId, submittedAt, metadata: { orderId: id } }
  }
}

/** In one transaction and behind a lock, for instances that start at once. */
async function makeOrders(pool: pg.Pool): Promise<void> {
  await pool.query(
    `SELECT pg_advisory_xact_lock(20020);
     CREATE TABLE IF NOT EXISTS orders
       (id text PRIMARY KEY, task_id text, url text, problem text, made_at timestamptz NOT NULL DEFAULT now())`,
  )
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
