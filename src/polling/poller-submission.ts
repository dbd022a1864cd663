import { optionsReader, readElsewhere, type Option } from '../errors/read-options.js'
import { readMetadata } from '../events/metadata.js'
import type { Metadata } from '../events/types.js'
import type { PollingReceiver } from './look.js'
import { readSubmission } from './read-submission.js'
import type { PollingMode } from './schedule.js'
import { submitAddress } from './submit-address.js'
import type { Submission } from './submit-task.js'
import { signalOption } from './signal-option.js'

export interface PollerSubmitOptions {
  /** What listeners get as `event.metadata`. */
  readonly metadata?: Metadata | undefined
  readonly signal?: AbortSignal | undefined
}

interface GivenSubmission {
  readonly path: unknown
  readonly params: unknown
  readonly given: PollerSubmitOptions
  readonly mode: PollingMode
}

/**
 * A submission with the address for its callbacks.
 *
 * @throws ConfigurationError as `readSubmission` and `callbackUrl`, `METADATA_INVALID`, `OPTION_UNKNOWN`
 */
export function readPollerSubmission(
  { path: givenPath, params: givenParams, given, mode }: GivenSubmission,
  suno: Pick<PollingReceiver, 'callbackUrl'>,
): Submission {
  const { signal, ...options } = readOptions(given)
  const metadata = readMetadata(options.metadata, SUBMIT)
  const { path, params, kind } = readSubmission(givenPath, givenParams)
  return { path, params, metadata, signal, callBackUrl: submitAddress(suno, kind, options, mode) }
}

const SUBMIT = 'submit(path, params, options)'

const readOptions = optionsReader(
  { call: SUBMIT, example: '{ metadata }' },
  () =>
    ({ metadata: readElsewhere<Metadata>(), signal: signalOption('submit') }) satisfies Record<
      keyof PollerSubmitOptions,
      Option
    >,
)
