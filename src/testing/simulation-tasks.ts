import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import { numberFrom, option, optionsReader, readElsewhere, wholeFrom, type Option } from '../errors/read-options.js'
import { EVENT_TYPES, isKind, KINDS } from '../events/kinds/index.js'
import type { EventType, Kind } from '../events/types.js'
import { PROVIDER_NAMES, type ProviderName } from '../polling/endpoints.js'
import type { TaskPlan } from './simulated-provider-options.js'

/** At least one kind, each with a weight above 0. */
export type Weights = readonly [readonly [Kind, number], ...(readonly [Kind, number])[]]

/** At least one. */
export type Providers = readonly [ProviderName, ...ProviderName[]]

/**
 * How many tasks, or which; 100 by default.
 *
 * @throws ConfigurationError
 */
export function readTasks(tasks: unknown = 100): number | readonly TaskPlan[] {
  if (Array.isArray(tasks)) return (tasks as readonly unknown[]).map(readTask)
  if (isIn(wholeFrom(0, MOST), tasks)) return tasks
  throw outOfRange(`tasks must be a whole number from 0 to ${String(MOST)}, or a list of { kind, … }.`)
}

/**
 * Of which kinds they are; all alike by default.
 *
 * @throws ConfigurationError
 */
export function readMix(mix: unknown = ALL_KINDS): Weights {
  if (typeof mix !== 'object' || mix === null) throw invalid('mix must be an object, such as { music: 3, video: 1 }.')
  const [first, ...others] = Object.entries(mix as Readonly<Record<string, unknown>>)
    .filter(([, weight]) => weight !== undefined)
    .map(([kind, weight]) => [checkKind(kind), checkWeight(kind, weight)] as const)
    .filter(([, weight]) => weight > 0)
  if (first === undefined) throw invalid('mix must have a kind with a weight above 0.')
  return [first, ...others]
}

/**
 * Whose they are; of all by default.
 *
 * @throws ConfigurationError
 */
export function readProviders(providers: unknown = PROVIDER_NAMES): Providers {
  if (!Array.isArray(providers) || providers.length === 0) {
    throw invalid(`providers must be a list of some of: ${PROVIDER_NAMES.join(', ')}.`)
  }
  return providers.map(checkProvider) as [ProviderName, ...ProviderName[]]
}

const MOST = 1_000_000

/** Every kind alike. */
const ALL_KINDS = Object.fromEntries(KINDS.map((kind) => [kind, 1]))

function readTask(task: unknown): TaskPlan {
  if (typeof task !== 'object' || task === null) throw invalid('tasks must be a number, or a list of { kind, … }.')
  const { events, ...plan } = readPlan(task)
  if (events !== undefined && !Array.isArray(events)) throw invalid('The events of a task must be a list of names.')
  events?.forEach(checkEvent)
  return { ...plan, events }
}

const readPlan = optionsReader(
  { call: 'tasks of simulatedProvider' },
  () =>
    ({
      kind: option(z.custom<Kind>(isKind), 'KIND_UNKNOWN', noKind),
      taskId: option(z.optional(z.string()), 'OPTION_INVALID', 'The taskId of a task must be a string.'),
      provider: option(z.optional(z.custom<ProviderName>(isProvider)), 'OPTION_INVALID', noProvider),
      failing: option(z.optional(z.boolean()), 'OPTION_INVALID', 'failing of a task must be true or false.'),
      events: readElsewhere<readonly EventType[]>(),
    }) satisfies Record<keyof TaskPlan, Option>,
)

function checkKind(kind: unknown): Kind {
  if (isKind(kind)) return kind
  throw new ConfigurationError('KIND_UNKNOWN', noKind(kind))
}

function checkWeight(kind: string, weight: unknown): number {
  if (isIn(numberFrom(0, MOST), weight)) return weight
  throw outOfRange(`mix.${kind} must be a number from 0 to ${String(MOST)}.`)
}

function checkProvider(provider: unknown): ProviderName {
  if (isProvider(provider)) return provider
  throw invalid(noProvider(provider))
}

function checkEvent(type: unknown): void {
  if (EVENT_TYPES.includes(type as EventType)) return
  throw new ConfigurationError('EVENT_UNKNOWN', noSuchName({ what: 'event', name: type, names: EVENT_TYPES }))
}

function isProvider(provider: unknown): provider is ProviderName {
  return PROVIDER_NAMES.includes(provider as ProviderName)
}

function noKind(name: unknown): string {
  return noSuchName({ what: 'kind', name, names: KINDS })
}

function noProvider(name: unknown): string {
  return noSuchName({ what: 'provider', name, names: PROVIDER_NAMES })
}

function isIn(range: z.ZodMiniType<number>, value: unknown): value is number {
  return range.safeParse(value).success
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', message)
}

function outOfRange(message: string): ConfigurationError {
  return new ConfigurationError('OPTION_OUT_OF_RANGE', message)
}
