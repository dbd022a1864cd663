import { randomInt } from 'node:crypto'
import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import { refuseUnknownOptions } from '../errors/refuse-unknown-options.js'
import type { EventType, Kind } from '../events/types.js'
import { EVENT_TYPES, isKind, KINDS } from '../events/kinds/index.js'
import { PROVIDERS, type Provider } from './kinds/body.js'
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
  readonly providers?: readonly Provider[] | undefined
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
  readonly provider?: Provider | undefined
  readonly failing?: boolean | undefined
  /** Its callbacks, in this order and all of them, whatever `failing`, `skipStages` and `shuffle` say. */
  readonly events?: readonly EventType[] | undefined
}

type Given<Name extends keyof SimulatedProviderOptions> = NonNullable<SimulatedProviderOptions[Name]>

/** The options with every default filled in, checked. */
export type SimulationSettings = {
  readonly [
    Name in Exclude<keyof SimulatedProviderOptions, 'tasks' | 'mix' | 'providers' | 'onProgress' | 'signal'>
  ]-?: Given<Name>
} & Pick<SimulatedProviderOptions, 'onProgress' | 'signal'> & {
    readonly tasks: number | readonly TaskPlan[]
    readonly mix: Weights
    readonly providers: Providers
  }

/** At least one kind, each with a weight above 0. */
type Weights = readonly [readonly [Kind, number], ...(readonly [Kind, number])[]]

/** At least one. */
type Providers = readonly [Provider, ...Provider[]]

/** @throws ConfigurationError for the first mistake found */
export function readSimulationOptions(options: SimulatedProviderOptions): SimulationSettings {
  checkNames(options)
  // Not `??`: null is refused like any other value that is none.
  const { tasks = 100, mix = ALL_KINDS, providers = PROVIDERS, seed = randomInt(2 ** 32), speed = 1 } = options
  const { concurrency = 50, spreadMs = 0, timeoutMs = 15_000, retryGapsMs = [60_000, 300_000, 900_000] } = options
  const share = (name: ShareName) => readNumber(name, options[name] === undefined ? 0 : options[name], 0, 1)
  const time = (name: string, value: number) => readNumber(name, value, 0, LONGEST_MS)
  return {
    urls: options.urls === undefined ? missingUrls : readUrls(options.urls),
    tasks: readTasks(tasks),
    mix: readMix(mix),
    providers: readProviders(providers),
    seed: readWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER),
    speed: readNumber('speed', speed, 1, 100_000),
    concurrency: readWhole('concurrency', concurrency, 1, 10_000),
    spreadMs: time('spreadMs', spreadMs),
    timeoutMs: readNumber('timeoutMs', timeoutMs, 1, LONGEST_MS),
    retryGapsMs: readGaps(retryGapsMs, time),
    failing: share('failing'),
    skipStages: share('skipStages'),
    shuffle: share('shuffle'),
    repeat: share('repeat'),
    parallel: share('parallel'),
    cutConnections: share('cutConnections'),
    headers: readFunction('headers', options.headers) ?? (() => ({})),
    onProgress: readFunction('onProgress', options.onProgress),
    signal: options.signal,
  }
}

/** Every kind alike. */
const ALL_KINDS = Object.fromEntries(KINDS.map((kind) => [kind, 1]))

type ShareName = 'failing' | 'skipStages' | 'shuffle' | 'repeat' | 'parallel' | 'cutConnections'

/** A day: longer than any timer of a run may take. */
const LONGEST_MS = 86_400_000

const OPTIONS: Readonly<Record<keyof SimulatedProviderOptions, true>> = {
  urls: true,
  tasks: true,
  mix: true,
  providers: true,
  seed: true,
  speed: true,
  concurrency: true,
  spreadMs: true,
  timeoutMs: true,
  retryGapsMs: true,
  failing: true,
  skipStages: true,
  shuffle: true,
  repeat: true,
  parallel: true,
  cutConnections: true,
  headers: true,
  onProgress: true,
  signal: true,
}

function checkNames(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid('simulatedProvider(options): options must be an object, such as { urls }.')
  }
  refuseUnknownOptions(options, Object.keys(OPTIONS), 'simulatedProvider(options)')
}

function missingUrls(): never {
  throw invalid('simulatedProvider(options).run(): urls are missing: where the callbacks go.')
}

/** A list is read now, a function when a run asks it. */
function readUrls(urls: unknown): SimulationSettings['urls'] {
  if (typeof urls === 'function') return urls as SimulationSettings['urls']
  return readAddresses(urls).map((url) => url.href)
}

/** At least one address. */
export function readAddresses(urls: unknown): readonly URL[] {
  const list: readonly unknown[] = Array.isArray(urls) ? urls : [urls]
  if (list.length === 0) throw invalid('urls must have at least one address.')
  return list.map(readAddress)
}

/** An address to send to. The message never shows it: it may be signed. */
function readAddress(text: unknown): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalid('urls must be absolute http(s) addresses, such as "http://127.0.0.1:3000/suno/music".')
  }
  return url
}

const TASK_OPTIONS = ['kind', 'taskId', 'provider', 'failing', 'events'] satisfies (keyof TaskPlan)[]

function readTasks(tasks: unknown): number | readonly TaskPlan[] {
  if (!Array.isArray(tasks)) return readWhole('tasks', tasks, 0, 1_000_000)
  return (tasks as readonly unknown[]).map((task) => {
    if (typeof task !== 'object' || task === null) throw invalid('tasks must be a number, or a list of { kind, … }.')
    refuseUnknownOptions(task, TASK_OPTIONS, 'tasks of simulatedProvider')
    const { kind, taskId, provider, events } = task as { readonly [Name in keyof TaskPlan]: unknown }
    checkKind(kind)
    if (provider !== undefined) checkProvider(provider)
    if (taskId !== undefined && typeof taskId !== 'string') throw invalid('The taskId of a task must be a string.')
    if (events !== undefined && !Array.isArray(events)) throw invalid('The events of a task must be a list of names.')
    events?.forEach(checkEvent)
    return task as TaskPlan
  })
}

function readMix(mix: unknown): Weights {
  if (typeof mix !== 'object' || mix === null) throw invalid('mix must be an object, such as { music: 3, video: 1 }.')
  const [first, ...others] = Object.entries(mix)
    .filter(([, weight]: readonly [string, unknown]) => weight !== undefined)
    .map(([kind, weight]) => [checkKind(kind), readNumber(`mix.${kind}`, weight, 0, 1_000_000)] as const)
    .filter(([, weight]) => weight > 0)
  if (first === undefined) throw invalid('mix must have a kind with a weight above 0.')
  return [first, ...others]
}

function readProviders(providers: unknown): Providers {
  if (!Array.isArray(providers) || providers.length === 0) {
    throw invalid(`providers must be a list of some of: ${PROVIDERS.join(', ')}.`)
  }
  return providers.map(checkProvider) as [Provider, ...Provider[]]
}

function readGaps(gaps: unknown, time: (name: string, value: number) => number): readonly number[] {
  if (!Array.isArray(gaps)) throw invalid('retryGapsMs must be a list of numbers, such as [60_000, 300_000, 900_000].')
  return gaps.map((gap: number) => time('retryGapsMs', gap))
}

function readFunction<T>(name: string, value: T): T {
  if (value === undefined || typeof value === 'function') return value
  throw invalid(`${name} must be a function.`)
}

function readWhole(name: string, value: unknown, min: number, max: number): number {
  if (Number.isInteger(value)) return readNumber(name, value, min, max)
  throw outOfRange(`${name} must be a whole number from ${String(min)} to ${String(max)}.`)
}

function readNumber(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw outOfRange(`${name} must be a number from ${String(min)} to ${String(max)}.`)
}

function checkKind(kind: unknown): Kind {
  if (isKind(kind)) return kind
  throw new ConfigurationError('KIND_UNKNOWN', noSuchName({ what: 'kind', name: kind, names: KINDS }))
}

function checkProvider(provider: unknown): Provider {
  if (PROVIDERS.includes(provider as Provider)) return provider as Provider
  throw invalid(noSuchName({ what: 'provider', name: provider, names: PROVIDERS }))
}

function checkEvent(type: unknown): void {
  if (EVENT_TYPES.includes(type as EventType)) return
  throw new ConfigurationError('EVENT_UNKNOWN', noSuchName({ what: 'event', name: type, names: EVENT_TYPES }))
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', message)
}

function outOfRange(message: string): ConfigurationError {
  return new ConfigurationError('OPTION_OUT_OF_RANGE', message)
}
