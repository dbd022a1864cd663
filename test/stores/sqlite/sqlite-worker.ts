import Database from 'libsql'
import { sqliteStore } from 'suno-callbacks/sqlite'

/** What a worker process is told to do; it writes its answer to stdout as one line of JSON. */
export type Order =
  /** Claims every key, in an order of its own, and completes those it wins. */
  | { readonly do: 'race'; readonly file: string; readonly keys: readonly string[] }
  /** Completes some keys, claims others, and stays until it is killed. */
  | {
      readonly do: 'hold'
      readonly file: string
      readonly complete: readonly string[]
      readonly claim: readonly string[]
      readonly leaseMs: number
    }

export interface RaceResult {
  readonly won: readonly string[]
  readonly errors: readonly string[]
}

const order = JSON.parse(process.argv[1] ?? '') as Order
const store = sqliteStore(new Database(order.file), { callTimeoutMs: 20_000 })
const token = `worker-${String(process.pid)}`

if (order.do === 'race') {
  const won: string[] = []
  const errors: string[] = []
  const keys = [...order.keys].sort(() => Math.random() - 0.5)
  const claimNext = async (): Promise<void> => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      try {
        const { status } = await store.claim(key, token, 60_000)
        if (status !== 'claimed') continue
        won.push(key)
        if (!(await store.complete(key, token, 86_400_000))) errors.push(`${key} was taken away`)
      } catch (error) {
        errors.push(String(error))
      }
    }
  }
  await Promise.all(Array.from({ length: 10 }, claimNext))
  console.log(JSON.stringify({ won, errors } satisfies RaceResult))
} else {
  for (const key of order.complete) {
    await store.claim(key, token, order.leaseMs)
    await store.complete(key, token, 86_400_000)
  }
  await Promise.all(order.claim.map((key) => store.claim(key, token, order.leaseMs)))
  console.log(JSON.stringify('holding'))
  setInterval(() => undefined, 1_000)
}
