import { planTasks, type PlannedTask } from './plan.js'
import { Simulation } from './simulation.js'
import { readSimulationOptions, type SimulatedProviderOptions } from './simulation-options.js'
import type { SimulationReport } from './simulation-report.js'

export interface SimulatedProvider {
  /** Plays the same schedule again, given as an option. */
  readonly seed: number
  /** What a run sends. */
  readonly tasks: readonly PlannedTask[]
  /**
   * Sends everything, and answers when each callback was delivered or abandoned and the repeats are over. Another run plays the same
   * schedule with the same task ids: to the receiver, all of it is repeats.
   *
   * @throws what `urls`, `headers` or `onProgress` throws, and ConfigurationError `OPTION_INVALID` when `urls` answers no address
   */
  run(): Promise<SimulationReport>
}

/**
 * Sends callbacks as the pages of the providers say: a POST of JSON, 15 s for an answer, anything but 200 is a failure, and
 * three retries after 1, 5 and 15 minutes before it gives up. Page: generate-music-callbacks. For servers of your own.
 *
 * @example
 * const provider = simulatedProvider({ urls: (kind) => suno.callbackUrl(kind), speed: 60, repeat: 0.2, seed: 1 })
 * const { totals } = await provider.run()
 * @throws ConfigurationError `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`, `KIND_UNKNOWN`, `EVENT_UNKNOWN`
 */
export function simulatedProvider(options: SimulatedProviderOptions): SimulatedProvider {
  const settings = readSimulationOptions(options)
  const tasks = planTasks(settings)
  return { seed: settings.seed, tasks, run: async () => new Simulation(tasks, settings).run() }
}
