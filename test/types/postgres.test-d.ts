import pg from 'pg'
import postgres from 'postgres'
import { expectTypeOf, test } from 'vitest'
import {
  SunoCallbacks,
  type IdempotencyStore,
  type Listener,
  type MusicCompleteEvent,
  type SunoEvent,
  type TaskErrorEvent,
  type VideoCompleteEvent,
} from '../../src/index.js'
import {
  exactlyOnce,
  postgresStore,
  type Once,
  type PostgresStore,
  type PostgresTransaction,
} from '../../src/stores/postgres/index.js'

const pool = new pg.Pool()
const sql = postgres()
const suno = new SunoCallbacks({ verify: false })

test('a pool and a client of pg are clients of the store as they are, and postgres.js is one by a line', () => {
  expectTypeOf(postgresStore(pool)).toExtend<Required<IdempotencyStore>>()
  postgresStore(new pg.Client(), { table: 'jobs.suno', prefix: 'shop', callTimeoutMs: 1000, createTable: false })
  postgresStore({ query: (text, values) => sql.unsafe(text, values) })
  postgresStore({ query: (text, values) => sql.unsafe(text, values).then((rows) => ({ rows })) })
  expectTypeOf<PostgresStore['close']>().returns.toEqualTypeOf<Promise<void>>()
  new SunoCallbacks({ verify: false, store: postgresStore(pool) })
  // @ts-expect-error the store itself, not its options, takes the address
  postgresStore('postgres://localhost')
  // @ts-expect-error there is no such option
  postgresStore(pool, { tables: 'suno' })
})

test('a listener of exactlyOnce gets the event of the name that it is subscribed to', () => {
  const once = exactlyOnce(pool)
  expectTypeOf(once).toEqualTypeOf<Once<PostgresTransaction>>()
  suno.on(
    'music:complete',
    once('credit-order', async (event, { tx, signal }) => {
      expectTypeOf(event).toEqualTypeOf<MusicCompleteEvent>()
      expectTypeOf(tx).toEqualTypeOf<PostgresTransaction>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      await tx.query('UPDATE orders SET url = $2 WHERE id = $1', [event.metadata.orderId, event.tracks[0]?.audioUrl])
    }),
  )
  suno
    .on(
      'video:complete',
      once('keep-video', (event) => expectTypeOf(event).toEqualTypeOf<VideoCompleteEvent>()),
    )
    .once(
      'error',
      once('tell-user', (event) => expectTypeOf(event).toEqualTypeOf<TaskErrorEvent>()),
    )
    .on(
      '*',
      once('log', (event) => expectTypeOf(event).toEqualTypeOf<SunoEvent>()),
    )
})

test('a listener of exactlyOnce fits only where its event comes', () => {
  const once = exactlyOnce(pool)
  const credit = once('credit-order', (event: MusicCompleteEvent) => event.tracks)
  expectTypeOf(credit).toExtend<Listener<MusicCompleteEvent>>()
  suno.on('music:complete', credit)
  // @ts-expect-error a video has no tracks
  suno.on('video:complete', credit)
  const either = once('either', (event: MusicCompleteEvent | VideoCompleteEvent) => event.taskId)
  suno.on('music:complete', either).on('video:complete', either)
  const any = once('any', (event: SunoEvent) => event.key)
  // @ts-expect-error an outcome is no event
  suno.on('outcome', any)
  // @ts-expect-error the name comes first
  once(() => undefined)
})

test('rows of a transaction are what the caller says, and unknown otherwise', () => {
  exactlyOnce(pool)('rows', async (_event, { tx }) => {
    const plain = await tx.query('SELECT 1 AS one')
    expectTypeOf(plain.rows).toEqualTypeOf<Record<string, unknown>[]>()
    const typed = await tx.query<{ one: number }>('SELECT 1 AS one')
    expectTypeOf(typed.rows).toEqualTypeOf<{ one: number }[]>()
    expectTypeOf(typed.rowCount).toEqualTypeOf<number | null>()
  })
})

test('with transactions of another client, tx is its own', () => {
  const once = exactlyOnce({
    query: (tx: postgres.TransactionSql, text, values) => tx.unsafe(text, values),
    transaction: (work) => sql.begin(work),
    table: 'jobs.suno_once',
  })
  expectTypeOf(once).toEqualTypeOf<Once<postgres.TransactionSql>>()
  suno.on(
    'music:complete',
    once('credit-order', async (event, { tx }) => {
      expectTypeOf(event).toEqualTypeOf<MusicCompleteEvent>()
      await tx`UPDATE orders SET paid = true WHERE id = ${event.metadata.orderId ?? ''}`
    }),
  )
})

test('exactlyOnce takes a pool or transactions, nothing else', () => {
  exactlyOnce(pool, { lockTimeoutMs: 1000, idleTimeoutMs: 1000, retainMs: Infinity, createTable: false })
  // @ts-expect-error postgres.js is no pool
  exactlyOnce(sql)
  // @ts-expect-error a client is no pool
  exactlyOnce(new pg.Client())
  // @ts-expect-error there is no such option
  exactlyOnce(pool, { retentionMs: 1000 })
  // @ts-expect-error a transaction needs its query
  exactlyOnce({ transaction: <T>(work: (tx: string) => Promise<T>) => work('tx') })
})
