import { once as happened } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import pg from 'pg'
import { SunoCallbacks } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'
import { exactlyOnce, postgresStore } from 'suno-callbacks/postgres'

/**
 * Any number of instances that share one Postgres. A finished song is credited to its order exactly once: the credit and the note
 * that it was given are one transaction, so neither a crash nor a repeat can give it twice, or lose it.
 */
async function main(): Promise<void> {
  const { PORT = '3000', DATABASE_URL = '' } = process.env
  if (DATABASE_URL === '') throw new Error('Set DATABASE_URL, for example to postgres://app@127.0.0.1:5432/shop.')

  // A pool for the keys and one for the work: listeners hold their connections, and leases must be renewed meanwhile.
  const keys = newPool(DATABASE_URL, 4)
  const work = newPool(DATABASE_URL, 10)
  const store = postgresStore(keys)
  const once = exactlyOnce(work)

  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL: the same for every instance.
  const suno = new SunoCallbacks({ store })
  suno.callbackUrl('music') // throws now, not at the first order, when the address is missing

  suno.on(
    'music:complete',
    once('credit-order', async ({ taskId, tracks, metadata }, { tx }) => {
      await tx.query(
        `INSERT INTO orders (id, songs, url) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET songs = orders.songs + excluded.songs, url = excluded.url`,
        [metadata.orderId ?? taskId, tracks.length, tracks[0]?.audioUrl ?? null],
      )
    }),
  )

  const app = express()
  app.use('/suno', expressMiddleware(suno)) // before express.json(), whose limit is 100 kB

  // What to POST to https://api.sunoapi.org/api/v1/generate, with your API key.
  app.get('/songs/new', (request, response) => {
    const orderId = typeof request.query.orderId === 'string' ? request.query.orderId : crypto.randomUUID()
    const callBackUrl = suno.callbackUrl('music', { metadata: { orderId } })
    response.json({ prompt: 'A calm folk song', customMode: false, instrumental: false, model: 'V4_5', callBackUrl })
  })
  app.get('/orders/:orderId', async (request, response) => {
    const { rows } = await work.query<Order>('SELECT songs, url FROM orders WHERE id = $1', [request.params.orderId])
    response.status(rows.length === 0 ? 404 : 200).json(rows[0] ?? { error: 'There is no such order.' })
  })

  await makeOrders(work)
  const server = app.listen(Number(PORT))
  const stopped = happened(process, 'SIGTERM')
  await happened(server, 'listening')
  console.log(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)

  await stopped
  const left = await suno.close() // new callbacks get 503 and come again; those under way are waited for
  server.close()
  await store.close()
  await Promise.all([keys.end(), work.end()])
  console.log(`closed, ${String(left)} events left unfinished`)
}

interface Order {
  readonly songs: number
  readonly url: string | null
}

/** A server that is away is told of soon: the delivery is answered 503 or 500, and comes again. */
function newPool(connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString, max, connectionTimeoutMillis: 2000 })
  // Without this, a restart of Postgres would end the process: connections that idle say by an event that they were lost.
  pool.on('error', (error) => console.error(`Postgres: ${error.message}`))
  return pool
}

/** In one transaction and behind a lock, for instances that start at once. */
async function makeOrders(pool: pg.Pool): Promise<void> {
  await pool.query(
    `SELECT pg_advisory_xact_lock(20020);
     CREATE TABLE IF NOT EXISTS orders (id text PRIMARY KEY, songs int NOT NULL, url text)`,
  )
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
