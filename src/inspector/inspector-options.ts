import * as z from 'zod/mini'
import type { Archive } from '../archive/archiver.js'
import { ConfigurationError } from '../errors/errors.js'
import { functionOf, hasMethods, option, optionsReader, wholeFrom, type Option } from '../errors/read-options.js'
import { environment } from '../options/environment.js'
import type { RecordPoller } from '../polling/poller.js'
import type { SunoCallbacks } from '../suno-callbacks.js'
import type { Authorize } from './http/page-request.js'

/** What an inspector needs of the instance that it shows. */
export type InspectedReceiver = Pick<
  SunoCallbacks,
  'callbackUrl' | 'closing' | 'handle' | 'keepsInMemory' | 'logger' | 'on'
>

export interface InspectorOptions {
  /** How many tasks are kept. 500 by default, at most 10,000. The one that has not changed for longest goes first. */
  readonly maxTasks?: number | undefined
  /** How much memory they take, about, in bytes. 16,777,216 by default: 16 MiB. */
  readonly maxBytes?: number | undefined
  /** `recordPoller(…)`: shows its looks at records, and asks for one from the page. */
  readonly poller?: Pick<RecordPoller, 'check' | 'on'> | undefined
  /** `archiver(…)`: shows what becomes of files. */
  readonly archive?: Pick<Archive, 'on'> | undefined
  /**
   * Whether a request may see the page: a check of your own, in place of the rule that lets only this machine in. Needed in production.
   * What it throws is a no.
   */
  readonly authorize?: Authorize | undefined
  /** Hosts by which this machine may be asked beside `localhost`, such as `app.test`; with `authorize`, the only ones beside it. */
  readonly allowedHosts?: readonly string[] | undefined
  /** `true`: the page shows, and cannot do anything. */
  readonly readOnly?: boolean | undefined
}

export interface InspectorSettings {
  readonly maxTasks: number
  readonly maxBytes: number
  readonly poller: Pick<RecordPoller, 'check' | 'on'> | null
  readonly archive: Pick<Archive, 'on'> | null
  readonly authorize: Authorize | null
  readonly allowedHosts: readonly string[] | null
  readonly readOnly: boolean
}

/** @throws ConfigurationError */
export function readInspectorOptions(options: InspectorOptions): InspectorSettings {
  const { poller = null, archive = null, authorize = null, allowedHosts = null, ...given } = readOptions(options)
  if (authorize === null && environment('NODE_ENV') === 'production') {
    throw new ConfigurationError('INSPECTOR_UNPROTECTED', UNPROTECTED)
  }
  const hosts = allowedHosts?.map((host) => host.toLowerCase()) ?? null
  return { ...given, poller, archive, authorize, allowedHosts: hosts }
}

/** @throws ConfigurationError `RECEIVER_INVALID` */
export function checkReceiver(suno: unknown): void {
  if (hasMethods(suno, ['on', 'handle', 'callbackUrl'])) return
  throw new ConfigurationError(
    'RECEIVER_INVALID',
    'inspector(suno, options) needs an instance of SunoCallbacks as its first argument.',
  )
}

const CALL = 'inspector(suno, options)'

const UNPROTECTED =
  'inspector(suno) shows what the provider sends to whoever reaches the page, and NODE_ENV is production. Give the option authorize, a ' +
  'check of your own: inspector(suno, { authorize: ({ headers }) => isAdmin(headers.cookie) }); or do not mount it there.'

const readOptions = optionsReader(
  { call: CALL, example: '{ maxTasks: 1000 }' },
  () =>
    ({
      maxTasks: option(
        z._default(wholeFrom(1, 10_000), 500),
        'OPTION_OUT_OF_RANGE',
        'maxTasks must be a whole number from 1 to 10000.',
      ),
      maxBytes: option(
        z._default(wholeFrom(65_536, 2 ** 30), 16 * 2 ** 20),
        'OPTION_OUT_OF_RANGE',
        `maxBytes must be a whole number of bytes from 65536 to ${String(2 ** 30)}.`,
      ),
      poller: option(
        z.optional(z.custom<Pick<RecordPoller, 'check' | 'on'>>((poller) => hasMethods(poller, ['check', 'on']))),
        'OPTION_INVALID',
        'poller must be a poller, such as recordPoller(suno, …) of suno-callbacks/polling.',
      ),
      archive: option(
        z.optional(z.custom<Pick<Archive, 'on'>>((archive) => hasMethods(archive, ['on']))),
        'OPTION_INVALID',
        'archive must be an archive, such as archiver(…) of suno-callbacks/archive.',
      ),
      authorize: option(
        z.optional(functionOf<Authorize>()),
        'OPTION_INVALID',
        'authorize must be a function of a request that answers true or false, such as ({ headers }) => isAdmin(headers.cookie).',
      ),
      allowedHosts: option(
        z.optional(z.array(z.string().check(z.regex(HOST)))),
        'OPTION_INVALID',
        'allowedHosts must be a list of host names, with or without a port, such as ["app.test", "app.test:3000"].',
      ),
      readOnly: option(z._default(z.boolean(), false), 'OPTION_INVALID', 'readOnly must be true or false.'),
    }) satisfies Record<keyof InspectorOptions, Option>,
)

const HOST = /^(\[[\da-f:.]+\]|[^\s/:@[\]]+)(:\d+)?$/i
