import type { Cores } from './cores.js'
import type { IdlePoller, IdlePollerOrder } from './idle-poller.js'
import type { StoreOrder } from './open-store.js'
import { measure } from './program.js'
import { median, toFigure, type Effort, type Report } from './report.js'
import type { StoreServers } from './store-servers.js'
import type { TaskTakes, TaskTakesOrder } from './task-takes.js'

/** What watching costs: what is due, and not what is there, must decide it. */
export async function measureTasks(effort: Effort, cores: Cores | null, servers: StoreServers): Promise<Report> {
  const [takes, idle] = [await measureTakes(effort, cores, servers), await measureIdlePoller(effort, cores)]
  return { tables: [...takes.tables, ...idle.tables], targets: [...takes.targets, ...idle.targets] }
}

async function measureTakes(effort: Effort, cores: Cores | null, servers: StoreServers): Promise<Report> {
  const chosen = LISTS.filter(({ title, kind }) => effort.isWanted(title) && servers.has(kind))
  const rows: (readonly string[])[] = []
  for (const { title, kind } of chosen) {
    for (const open of OPEN) {
      const order: TaskTakesOrder = { list: await servers.order(kind), open, due: DUE, repeats: 4 * effort.rounds + 1 }
      const takes = await measure<TaskTakes>('task-takes', order, cores, ['--expose-gc'])
      console.log(`  ${title}, ${toFigure(open)} open: ${toFigure(median(takes.ms[0] ?? []))} ms with nothing due`)
      rows.push([title, open.toLocaleString('en-US'), ...toCells(takes)])
    }
  }
  const notes = [
    'Of one `take(100, leaseMs)`: the median of its time, and by how much the heap of this process has grown with it. "bytes a task": ' +
      'what a task that waits takes in this process; servers and files are not counted.',
  ]
  const figures = DUE.flatMap((due) => [`${String(due)} due, ms`, `${String(due)} due, kB`])
  return {
    tables: [{ title: 'Task lists', notes, head: ['list', 'open', ...figures, 'bytes a task'], rows }],
    targets: [],
  }
}

const LISTS: readonly { readonly title: string; readonly kind: StoreOrder['kind'] }[] = [
  { title: '`memoryTasks`', kind: 'memory' },
  { title: '`sqliteTasks`', kind: 'sqlite' },
  { title: '`redisTasks`, ioredis', kind: 'ioredis' },
  { title: '`postgresTasks`', kind: 'postgres' },
]

const OPEN = [1000, 100_000]
const DUE = [0, 10, 100]

function toCells({ ms, bytes, bytesPerTask }: TaskTakes): readonly string[] {
  const figures = ms.flatMap((times, index) => {
    return [toFigure(median(times)), toFigure(Math.max(0, median(bytes[index] ?? [])) / 1000)]
  })
  return [...figures, toFigure(Math.max(0, bytesPerTask))]
}

async function measureIdlePoller({ rounds, seconds, isWanted }: Effort, cores: Cores | null): Promise<Report> {
  const title = '100,000 watched tasks, none due: CPU of a minute'
  if (!isWanted(title)) return { tables: [], targets: [] }
  const measured: IdlePoller[] = []
  for (let round = 0; round < Math.min(rounds, IDLE_ROUNDS); round++) {
    const order: IdlePollerOrder = { tasks: 100_000, seconds: 3 * seconds }
    measured.push(await measure('idle-poller', order, cores, ['--expose-gc']))
  }
  const of = (figure: keyof IdlePoller) => median(measured.map((one) => one[figure]))
  const ms = of('cpuMsPerMinute')
  const notes = [
    `\`recordPoller\` with \`memoryTasks\`; all of the process. Not a minute was measured, but ${toFigure(3 * seconds)} s, with ` +
      `${toFigure(of('takes'))} takes of the list (median); the figure is for as many as come in a minute.`,
  ]
  return {
    tables: [{ title: 'A poller with nothing to do', notes, head: ['what', 'ms'], rows: [[title, toFigure(ms)]] }],
    targets: [{ what: title, value: ms, want: 'at most', limit: 50, unit: ' ms' }],
  }
}

const IDLE_ROUNDS = 3
