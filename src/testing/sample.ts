import { randomBytes } from 'node:crypto'
import { ConfigurationError } from '../errors/errors.js'
import type { EventType, Kind } from '../events/types.js'
import { EVENT_TYPES, isKind, KINDS } from '../events/kinds/index.js'
import { failures } from './failure-samples.js'
import { PROVIDERS, successes, type Provider } from './samples.js'

export interface SampleOptions {
  /** A fresh one by default, 32 hex characters like the provider's. */
  readonly taskId?: string | undefined
  /** Whose spelling. `sunoapi` by default. */
  readonly provider?: Provider | undefined
  /** Of which kind an `error` is. `music` by default. */
  readonly kind?: Kind | undefined
}

/**
 * The body of a callback as the provider would send it: a new object each time, to be changed at will.
 *
 * @example
 * await request(app).post(url.pathname + url.search).send(sample('music:complete', { taskId }))
 * @throws ConfigurationError `EVENT_UNKNOWN`, `KIND_UNKNOWN`, `OPTION_INVALID`
 */
export function sample(type: EventType, options: SampleOptions = {}): Record<string, unknown> {
  const { taskId = randomBytes(16).toString('hex'), provider = 'sunoapi', kind = 'music' } = options
  if (!PROVIDERS.includes(provider)) {
    throw new ConfigurationError('OPTION_INVALID', `provider must be one of: ${PROVIDERS.join(', ')}.`)
  }
  if (!isKind(kind)) {
    throw new ConfigurationError(
      'KIND_UNKNOWN',
      `There is no kind ${JSON.stringify(kind)}. The kinds are: ${KINDS.join(', ')}.`,
    )
  }
  if (type === 'error') return failures[kind]({ taskId, provider })
  if (!Object.hasOwn(successes, type)) {
    const names = EVENT_TYPES.join(', ')
    throw new ConfigurationError(
      'EVENT_UNKNOWN',
      `There is no event ${JSON.stringify(type)}. The events are: ${names}.`,
    )
  }
  return successes[type]({ taskId, provider })
}
