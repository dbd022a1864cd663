import { randomInt } from 'node:crypto'
import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import {
  functionOf,
  numberFrom,
  option,
  optionsReader,
  readElsewhere,
  wholeFrom,
  type Option,
} from '../errors/read-options.js'
import { signalOption } from '../polling/signal-option.js'
import type { ProviderName } from '../polling/endpoints.js'
import { share } from './share-option.js'
import type { SimulatedProviderOptions } from './simulated-provider-options.js'
import { readMix, readProviders, readTasks } from './simulation-tasks.js'
import { readUrls } from './simulation-urls.js'

/** The options with every default filled in, checked. */
export type SimulationSettings = ReturnType<typeof readSimulationOptions>

/** @throws ConfigurationError for the first mistake found */
export function readSimulationOptions(options: SimulatedProviderOptions) {
  const { urls, tasks, mix, providers, retryGapsMs, ...settings } = readOptions(options)
  return {
    ...settings,
    urls: readUrls(urls),
    tasks: readTasks(tasks),
    mix: readMix(mix),
    providers: readProviders(providers),
    retryGapsMs: readGaps(retryGapsMs),
  }
}

/** A day: longer than any timer of a run may take. */
const LONGEST_MS = 86_400_000

const readOptions = optionsReader(
  { call: 'simulatedProvider(options)', example: '{ urls }' },
  () =>
    ({
      urls: readElsewhere<SimulatedProviderOptions['urls']>(),
      tasks: readElsewhere<SimulatedProviderOptions['tasks']>(),
      mix: readElsewhere<SimulatedProviderOptions['mix']>(),
      providers: readElsewhere<readonly ProviderName[]>(),
      seed: whole('seed', { least: 0, most: Number.MAX_SAFE_INTEGER }, () => randomInt(2 ** 32)),
      speed: number('speed', { least: 1, most: 100_000 }, 1),
      concurrency: whole('concurrency', { least: 1, most: 10_000 }, () => 50),
      spreadMs: number('spreadMs', { least: 0, most: LONGEST_MS }, 0),
      timeoutMs: number('timeoutMs', { least: 1, most: LONGEST_MS }, 15_000),
      retryGapsMs: readElsewhere<readonly number[]>(),
      failing: share('failing'),
      skipStages: share('skipStages'),
      shuffle: share('shuffle'),
      repeat: share('repeat'),
      parallel: share('parallel'),
      cutConnections: share('cutConnections'),
      headers: option(
        z._default(functionOf<NonNullable<SimulatedProviderOptions['headers']>>(), () => () => ({})),
        'OPTION_INVALID',
        'headers must be a function.',
      ),
      onProgress: option(
        z.optional(functionOf<NonNullable<SimulatedProviderOptions['onProgress']>>()),
        'OPTION_INVALID',
        'onProgress must be a function.',
      ),
      signal: signalOption('simulatedProvider'),
    }) satisfies Record<keyof SimulatedProviderOptions, Option>,
)

interface Range {
  readonly least: number
  readonly most: number
}

function number(name: string, { least, most }: Range, byDefault: number) {
  const message = `${name} must be a number from ${String(least)} to ${String(most)}.`
  return option(z._default(numberFrom(least, most), byDefault), 'OPTION_OUT_OF_RANGE', message)
}

function whole(name: string, { least, most }: Range, byDefault: () => number) {
  const message = `${name} must be a whole number from ${String(least)} to ${String(most)}.`
  return option(z._default(wholeFrom(least, most), byDefault), 'OPTION_OUT_OF_RANGE', message)
}

/** 1, 5 and 15 minutes by default. */
function readGaps(gaps: unknown = [60_000, 300_000, 900_000]): readonly number[] {
  if (!Array.isArray(gaps)) {
    const message = 'retryGapsMs must be a list of numbers, such as [60_000, 300_000, 900_000].'
    throw new ConfigurationError('OPTION_INVALID', message)
  }
  const { success, data } = z.array(numberFrom(0, LONGEST_MS)).safeParse(gaps)
  if (success) return data
  const message = `retryGapsMs must be numbers from 0 to ${String(LONGEST_MS)}.`
  throw new ConfigurationError('OPTION_OUT_OF_RANGE', message)
}
