import { randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import { option, optionsReader, type Option } from '../errors/read-options.js'
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
 * @throws ConfigurationError `EVENT_UNKNOWN`, `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function sample(type: EventType, options: SampleOptions = {}): Record<string, unknown> {
  const { provider, kind, taskId = randomBytes(16).toString('hex') } = readOptions(options)
  if (type === 'error') return failures[kind]({ taskId, provider })
  if (Object.hasOwn(successes, type)) return successes[type]({ taskId, provider })
  throw new ConfigurationError(
    'EVENT_UNKNOWN',
    noSuchName({ what: 'event', name: type, names: EVENT_TYPES, call: 'sample(type, options)' }),
  )
}

const readOptions = optionsReader(
  { call: 'sample(type, options)' },
  () =>
    ({
      provider: option(
        z._default(z.enum(PROVIDERS), 'sunoapi'),
        'OPTION_INVALID',
        `sample: provider must be one of: ${PROVIDERS.join(', ')}.`,
      ),
      kind: option(z._default(z.custom<Kind>(isKind), 'music'), 'KIND_UNKNOWN', (name) =>
        noSuchName({ what: 'kind', name, names: KINDS, call: 'sample(type, options)' }),
      ),
      taskId: option(z.optional(z.string()), 'OPTION_INVALID', 'sample: taskId must be a string.'),
    }) satisfies Record<keyof SampleOptions, Option>,
)
