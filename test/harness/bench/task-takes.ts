import type { TaskList } from 'suno-callbacks/polling'
import { memoryHeld, memoryInUse } from './garbage.js'
import { connectIoredis, connectPostgres, freshFile, type StoreOrder } from './open-store.js'

export interface TaskTakesOrder {
  readonly list: StoreOrder
  /** How many tasks wait, and are not due. */
  readonly open: number
  /** How many tasks are due, for each figure. */
  readonly due: readonly number[]
  /** How often each is measured. */
  readonly repeats: number
}

/** What the takes of a list cost; an item for each number of due tasks. */
export interface TaskTakes {
  /** Each take's time, in ms. */
  readonly ms: readonly (readonly number[])[]
  /** By how much the heap has grown with each take, in bytes. */
  readonly bytes: readonly (readonly number[])[]
  /** What the tasks that wait take in this process, in bytes each. */
  readonly bytesPerTask: number
}

const LEASE_MS = 45_000
const DAY_MS = 86_400_000
const LIMIT = 100

const order = JSON.parse(process.argv[2] ?? '') as TaskTakesOrder
const { list, fill } = await openList(order.list)
let made = 0
await take(1)
const before = memoryHeld()
await fill(order.open)
const bytesPerTask = (memoryHeld() - before) / order.open
const takes = []
for (const due of order.due) {
  const measured = []
  for (let repeat = 0; repeat < order.repeats; repeat++) measured.push(await take(due))
  takes.push(measured)
}
const measured: TaskTakes = {
  ms: takes.map((of) => of.map(({ ms }) => ms)),
  bytes: takes.map((of) => of.map(({ bytes }) => bytes)),
  bytesPerTask,
}
process.send?.(measured)

/** Has so many tasks be due, takes them, and removes them. */
async function take(due: number): Promise<{ readonly ms: number; readonly bytes: number }> {
  await Promise.all(Array.from({ length: due }, async () => list.add(toTask(), 0)))
  const held = memoryHeld()
  const from = performance.now()
  const taken = await list.take(LIMIT, LEASE_MS)
  const ms = performance.now() - from
  const bytes = memoryInUse() - held
  if (taken.length !== due) throw new Error(`${String(due)} tasks were due, and ${String(taken.length)} were lent.`)
  await Promise.all(taken.map(async (task) => list.remove(task)))
  return { ms, bytes }
}

function toTask() {
  const taskId = `${String(made++).padStart(8, '0')}-suno-task`
  return { kind: 'music', taskId, metadata: { orderId: taskId }, submittedAt: new Date() } as const
}

interface OpenedList {
  readonly list: TaskList
  /** Adds so many tasks that are due tomorrow. */
  readonly fill: (count: number) => Promise<void>
}

async function openList(where: StoreOrder): Promise<OpenedList> {
  switch (where.kind) {
    case 'memory': {
      const { memoryTasks } = await import('suno-callbacks/polling')
      return filledByAdding(memoryTasks())
    }
    case 'sqlite': {
      const [{ default: Database }, { sqliteTasks }] = await Promise.all([
        import('libsql'),
        import('suno-callbacks/sqlite'),
      ])
      return filledByAdding(sqliteTasks(new Database(freshFile(where.directory)), { callTimeoutMs: 60_000 }))
    }
    case 'redis':
    case 'ioredis': {
      const { redisTasks } = await import('suno-callbacks/redis')
      return filledByAdding(redisTasks(await connectIoredis(where.url), { callTimeoutMs: 60_000 }))
    }
    case 'postgres': {
      const { postgresTasks } = await import('suno-callbacks/postgres')
      const pool = await connectPostgres(where.url)
      await pool.query('DROP TABLE IF EXISTS suno_callbacks_tasks')
      return {
        list: postgresTasks(pool, { callTimeoutMs: 60_000 }),
        // To add each by itself would be as many commits.
        fill: async (count) => {
          await pool.query(
            `INSERT INTO suno_callbacks_tasks (prefix, kind, task_id, metadata, submitted_at, due_at)
             SELECT '', 'music', 'waiting-' || i, '{"orderId":"42"}', 0, now() + interval '1 day' + i * interval '1 ms'
             FROM generate_series(1, $1) AS i`,
            [count],
          )
        },
      }
    }
  }
}

function filledByAdding(list: TaskList): OpenedList {
  return {
    list,
    fill: async (count) => {
      for (let added = 0; added < count; added += 1000) {
        await Promise.all(Array.from({ length: 1000 }, async (_, index) => list.add(toTask(), DAY_MS + added + index)))
      }
    },
  }
}
