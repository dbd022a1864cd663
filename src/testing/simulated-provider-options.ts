import type { EventType, Kind } from '../events/types.js'
import type { ProviderName } from '../polling/endpoints.js'
import type { SimulatedTask } from './simulated-task.js'
import type { SimulationProgress } from './simulation-report.js'

/** A share is a number from 0, never, to 1, always. */
export interface SimulatedProviderOptions {
  /**
   * Where callbacks go, exactly as given: signed callback URLs, or any other. Of several, every attempt picks one. A function is asked
   * once for each task when a run begins. Nothing is ever sent anywhere else: redirects are not followed. `run` needs it; `listen` does
   * not: a submit says where its callbacks go.
   */
  readonly urls?: string | readonly string[] | ((kind: Kind, taskId: string) => string | readonly string[]) | undefined
  /** How many, or which. 100 by default. */
  readonly tasks?: number | readonly TaskPlan[] | undefined
  /** Of which kinds the tasks are, as weights: `{ music: 3, video: 1 }`. All kinds alike by default. */
  readonly mix?: Readonly<Partial<Record<Kind, number>>> | undefined
  /** Whose spellings there are. All by default. */
  readonly providers?: readonly ProviderName[] | undefined
  /** Fixes the schedule: tasks, ids, order, repeats, faults and addresses. A random one by default; the report names it. */
  readonly seed?: number | undefined

  /**
   * How many times as fast as the provider's the clock goes: it divides the pauses between callbacks and between attempts, and not the
   * time that an answer may take. 1 by default, at most 100,000.
   */
  readonly speed?: number | undefined
  /** How many attempts are under way at a time, at most. 50 by default. */
  readonly concurrency?: number | undefined
  /** Over how much of the provider's time the tasks begin, in ms. 0 by default: as fast as `concurrency` allows. */
  readonly spreadMs?: number | undefined
  /** How long an answer may take, in ms of real time whatever `speed`, as the deadline of your app is. 15,000 by default. */
  readonly timeoutMs?: number | undefined
  /** The gaps before the retries, in ms of the provider's time. 1, 5 and 15 minutes by default; none: an attempt is all there is. */
  readonly retryGapsMs?: readonly number[] | undefined

  /** The share of tasks that fail: their last callback is an error. 0 by default, like all shares. */
  readonly failing?: number | undefined
  /** The share of stages before the last, `text` and `first`, that are left out. */
  readonly skipStages?: number | undefined
  /** The share of tasks whose callbacks come in another order. */
  readonly shuffle?: number | undefined
  /** The share of callbacks that are sent again after they were acknowledged, up to a minute later. */
  readonly repeat?: number | undefined
  /** The share of callbacks whose first attempt is two or three requests at once. */
  readonly parallel?: number | undefined
  /** The share of attempts whose connection the provider closes: halfway through the request, or before it reads the answer. */
  readonly cutConnections?: number | undefined

  /** Headers of your own for each attempt, such as the signature that kie.ai sends. */
  readonly headers?: ((task: SimulatedTask) => Readonly<Record<string, string>>) | undefined
  /** Called after every attempt. */
  readonly onProgress?: ((progress: SimulationProgress) => void) | undefined
  /** Ends the run early: what is under way is closed, and the report says what was left. */
  readonly signal?: AbortSignal | undefined
}

/** A task that the simulated provider is to have. What is not said here is as `seed` and the shares have it. */
export interface TaskPlan {
  readonly kind: Kind
  readonly taskId?: string | undefined
  readonly provider?: ProviderName | undefined
  readonly failing?: boolean | undefined
  /** Its callbacks, in this order and all of them, whatever `failing`, `skipStages` and `shuffle` say. */
  readonly events?: readonly EventType[] | undefined
}
