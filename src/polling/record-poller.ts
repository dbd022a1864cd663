import type { PollingReceiver } from './look.js'
import { readPollerOptions, type RecordPollerOptions } from './poller-options.js'
import { RecordPoller } from './poller.js'

/**
 * Makes a poller: it asks for the records of tasks whose callbacks do not come, and gives each to `suno.handle`. An event is handled once,
 * whether its callback or its record came first.
 *
 * @example
 * const poller = recordPoller(suno, { provider: providerClient({ provider: 'sunoapi' }), tasks: memoryTasks() }).start()
 * await poller.submit('/api/v1/lyrics', { prompt }, { metadata: { orderId: '42' } })
 * @throws ConfigurationError `RECEIVER_INVALID`, `PROVIDER_INVALID`, `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`,
 * `LOGGER_INVALID`
 */
export function recordPoller(suno: PollingReceiver, options: RecordPollerOptions): RecordPoller {
  return new RecordPoller(suno, readPollerOptions(suno, options))
}
