import type { LookupAddress } from 'node:dns'
import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { functionOf, hasMethods, numberFrom, option, optionsReader, type Option } from '../errors/read-options.js'
import type { Kind } from '../events/types.js'
import { environment } from '../options/environment.js'
import { verificationOptions } from '../options/read-verification.js'
import type { ProviderClient } from '../polling/index.js'
import { signalOption } from '../polling/signal-option.js'
import { checkTask } from '../polling/task-name.js'
import type { Check } from './check.js'

/** All addresses of a name, as `lookup` of node:dns/promises answers with `{ all: true }`. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>

export interface DiagnoseOptions {
  /** That of the app, or several: signs the probe. `SUNO_CALLBACK_SECRET` of the environment by default; without one nothing is probed. */
  readonly secret?: string | readonly string[] | undefined
  /** Takes a private address for right: for an app on your own machine or network, which no provider reaches. False by default. */
  readonly allowPrivate?: boolean | undefined
  /** Sends 20 probes at once, to find rate limiters. False by default. */
  readonly burst?: boolean | undefined
  /** From how many ms on an answer counts as slow. 3,000 by default. */
  readonly slowMs?: number | undefined
  /**
   * For one step, in ms: 10,000 by default, as long as the providers wait at the least. A lookup has 3,000 of it at most, a connection and a
   * handshake 5,000 each.
   */
  readonly timeoutMs?: number | undefined
  /** How names are looked up; as the machine does by default. */
  readonly lookup?: Lookup | undefined
  /** Certificates to trust beside those of Node.js, in PEM: of an authority of your own. */
  readonly ca?: string | readonly string[] | undefined
  /** Whose record is asked for, with `provider`. */
  readonly task?: { readonly kind: Kind; readonly taskId: string } | undefined
  /** `providerClient(…)` of `suno-callbacks/polling`: asks for the record of `task`. */
  readonly provider?: Pick<ProviderClient, 'record'> | undefined
  /** Gets every check as soon as it is made. */
  readonly onCheck?: ((check: Check) => unknown) | undefined
  /** Aborts it: `diagnose` then rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** What the layers are looked at with. */
export interface DoctorSettings {
  readonly secrets: readonly string[]
  readonly allowPrivate: boolean
  readonly burst: boolean
  readonly slowMs: number
  readonly timeoutMs: number
  readonly lookup: Lookup | undefined
  readonly ca: readonly string[]
  readonly task: { readonly kind: Kind; readonly taskId: string } | undefined
  readonly provider: Pick<ProviderClient, 'record'> | undefined
  readonly onCheck: (check: Check) => unknown
  readonly signal: AbortSignal
}

/** @throws ConfigurationError */
export function readDiagnoseOptions(given: DiagnoseOptions): DoctorSettings {
  const { secret, ca, signal, ...settings } = readOptions(given)
  if (settings.task !== undefined) {
    checkTask(settings.task, CALL)
    if (settings.provider === undefined) throw new ConfigurationError('OPTION_INVALID', TASK_WITHOUT_PROVIDER)
  }
  return {
    ...settings,
    secrets: [secret ?? environment('SUNO_CALLBACK_SECRET') ?? []].flat(),
    ca: [ca].flat(),
    signal: signal ?? new AbortController().signal,
  }
}

const CALL = 'diagnose(url, options)'

const TASK_WITHOUT_PROVIDER = `${CALL}: task needs provider, such as providerClient({ provider: 'sunoapi' }) of suno-callbacks/polling.`

function yesOrNo(name: string) {
  return option(z._default(z.boolean(), false), 'OPTION_INVALID', `${name} must be true or false.`)
}

function milliseconds(name: string, standard: number) {
  return option(
    z._default(numberFrom(1, 120_000), standard),
    'OPTION_OUT_OF_RANGE',
    `${name} must be a number of milliseconds from 1 to 120000.`,
  )
}

const readOptions = optionsReader(
  { call: CALL },
  () =>
    ({
      secret: verificationOptions().secret,
      allowPrivate: yesOrNo('allowPrivate'),
      burst: yesOrNo('burst'),
      slowMs: milliseconds('slowMs', 3_000),
      timeoutMs: milliseconds('timeoutMs', 10_000),
      lookup: option(
        z.optional(functionOf<Lookup>()),
        'OPTION_INVALID',
        'lookup must be a function, such as (host) => dns.promises.lookup(host, { all: true }).',
      ),
      ca: option(
        z._default(z.union([z.string(), z.array(z.string())]), () => []),
        'OPTION_INVALID',
        'ca must be certificates in PEM, as text or a list of texts.',
      ),
      task: option(
        z.optional(
          z.custom<{ kind: Kind; taskId: string }>((task: unknown) => typeof task === 'object' && task !== null),
        ),
        'TASK_INVALID',
        'task must be { kind, taskId }.',
      ),
      provider: option(
        z.optional(z.custom<Pick<ProviderClient, 'record'>>((client) => hasMethods(client, ['record']))),
        'PROVIDER_INVALID',
        "provider must be a client, such as providerClient({ provider: 'sunoapi' }) of suno-callbacks/polling.",
      ),
      onCheck: option(
        z._default(functionOf<(check: Check) => unknown>(), () => () => undefined),
        'OPTION_INVALID',
        'onCheck must be a function.',
      ),
      signal: signalOption(CALL),
    }) satisfies Record<keyof DiagnoseOptions, Option>,
)
