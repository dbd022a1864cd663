import { planTasks, type PlannedTask } from './plan.js'
import { listen, type ListeningProvider } from './server/listening-provider.js'
import type { ListenOptions } from './server/listen-options.js'
import { Simulation } from './simulation.js'
import type { SimulatedProviderOptions } from './simulated-provider-options.js'
import { readSimulationOptions } from './simulation-options.js'
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
  /**
   * Becomes a server with the provider's API, for apps of your own: it takes submits, calls back, keeps records and serves the files of
   * its links. The provider whose API it is, is the first of `providers`; `tasks`, `mix` and `urls` are of `run` alone.
   *
   * @param port 0: any that is free
   * @example
   * const provider = await simulatedProvider({ providers: ['kie'], speed: 10 }).listen(4000) // SUNO_API_BASE_URL=http://127.0.0.1:4000
   * @throws ConfigurationError `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`, and what Node says of a port that is taken
   */
  listen(port: number, options?: ListenOptions): Promise<ListeningProvider>
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
  return {
    seed: settings.seed,
    tasks,
    run: async () => new Simulation(tasks, settings).run(),
    listen: (port, options = {}) => listen(settings, port, options),
  }
}
