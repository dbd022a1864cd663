import type { EventType, Kind } from '../events/types.js'
import { kinds } from '../events/kinds/index.js'
import { hex, isHit, pick, random, shuffled, type Random } from './random.js'
import { sample } from './sample.js'
import type { SimulatedTask } from './simulated-task.js'
import type { TaskPlan } from './simulated-provider-options.js'
import type { SimulationSettings } from './simulation-options.js'

/** A task and its callbacks, in the order in which they are first sent. */
export interface PlannedTask extends SimulatedTask {
  readonly callbacks: readonly PlannedCallback[]
}

/** One callback, before anything was sent. */
export interface PlannedCallback extends SimulatedTask {
  /** The event that it should become. */
  readonly type: EventType
  /** What is sent, as JSON. */
  readonly body: Readonly<Record<string, unknown>>
  /** How many requests the first attempt is. */
  readonly copies: number
  /** How long after it was acknowledged it is sent again, in ms of the provider's time; null: not at all. */
  readonly repeatAfterMs: number | null
}

/** All that is decided before a run. The same settings make the same plan, and one share does not change what the others decide. */
export function planTasks(settings: SimulationSettings): readonly PlannedTask[] {
  const { seed, tasks, mix, providers, concurrency } = settings
  const stream = (name: string) => random(seed, name)
  const streams = {
    kind: stream('kind'),
    taskId: stream('taskId'),
    provider: stream('provider'),
    failing: stream('failing'),
    skip: stream('skip'),
    shuffle: stream('shuffle'),
    parallel: stream('parallel'),
    repeat: stream('repeat'),
  }

  const planTask = (plan: Partial<TaskPlan>): PlannedTask => {
    const drawn = {
      kind: pickWeighted(mix, streams.kind),
      taskId: hex(32, streams.taskId),
      provider: pick(providers, streams.provider),
    }
    const { kind = drawn.kind, taskId = drawn.taskId, provider = drawn.provider } = plan
    const events = planEvents(kind, plan)
    return { kind, taskId, provider, callbacks: events.map((type) => planCallback({ kind, taskId, provider }, type)) }
  }

  const planEvents = (kind: Kind, plan: Partial<TaskPlan>): readonly EventType[] => {
    const isFailing = isHit(settings.failing, streams.failing)
    const stages = kinds[kind].events
    const early = stages.slice(0, -1).filter(() => !isHit(settings.skipStages, streams.skip))
    const isShuffled = isHit(settings.shuffle, streams.shuffle)
    const events = [...early, (plan.failing ?? isFailing) ? ('error' as const) : stages.slice(-1)].flat()
    const other = shuffled(events, streams.shuffle)
    return plan.events ?? (isShuffled ? other : events)
  }

  const planCallback = (task: SimulatedTask, type: EventType): PlannedCallback => {
    const isParallel = isHit(settings.parallel, streams.parallel)
    const copies = 2 + Math.floor(streams.parallel() * 2)
    const isRepeated = isHit(settings.repeat, streams.repeat)
    const repeatAfterMs = streams.repeat() * 60_000
    return {
      ...task,
      type,
      // A plan may have events of other kinds than its task's, which shows what an app makes of them.
      body: sample(type, type === 'error' ? task : { taskId: task.taskId, provider: task.provider }),
      copies: isParallel ? Math.min(copies, concurrency) : 1,
      repeatAfterMs: isRepeated ? repeatAfterMs : null,
    }
  }

  const plans: readonly Partial<TaskPlan>[] =
    typeof tasks === 'number' ? Array.from({ length: tasks }, () => ({})) : tasks
  return plans.map(planTask)
}

function pickWeighted(weights: SimulationSettings['mix'], next: Random): Kind {
  const target = next() * weights.reduce((sum, [, weight]) => sum + weight, 0)
  let [chosen] = weights[0]
  let begin = 0
  for (const [kind, weight] of weights) {
    if (begin <= target) chosen = kind
    begin += weight
  }
  return chosen
}
