import { codeOf, type DeliveryError } from '../../errors/errors.js'
import { readEnvelope } from '../../events/envelope.js'
import { UNDELIVERED } from '../../events/states.js'
import { callbackUrlIn } from '../../polling/read-record.js'
import type { SignedCallback } from '../../verify/signed-url.js'
import { fail, inconclusive, pass, warn, type Judges, type Verdict } from '../check.js'
import type { DoctorSettings } from '../diagnose-options.js'
import { readSignature } from '../read-signature.js'
import { mountOf, type ExaminedAddress } from '../target.js'

/** What the provider says of a task. */
export interface Recorded {
  readonly target: ExaminedAddress
  /** Null where there is none. */
  readonly body: object | null
  /** `MISSING`, or the code of the error, where there is no record. */
  readonly fault: string
  /** The address for callbacks that the record shows. */
  readonly url: URL | null
  /** What its signature says; null where it cannot be checked. */
  readonly signed: SignedCallback | DeliveryError | null
}

export async function askProvider(
  target: ExaminedAddress,
  { kind, taskId }: NonNullable<DoctorSettings['task']>,
  { provider, secrets, signal }: DoctorSettings,
): Promise<Recorded> {
  const nothing = { target, body: null, url: null, signed: null }
  try {
    const answer = await provider?.record(kind, taskId, { signal })
    if (answer?.state !== 'found') return { ...nothing, fault: 'MISSING' }
    const shown = callbackUrlIn(answer.body)
    const url = shown !== null && URL.canParse(shown) ? new URL(shown) : null
    return { target, body: answer.body, fault: '', url, signed: url === null ? null : readSignature(url, secrets) }
  } catch (error) {
    return { ...nothing, fault: codeOf(error) ?? 'failed' }
  }
}

export const providerChecks: Judges<Recorded> = {
  'provider.record': ({ body, fault }) => {
    if (body === null) return FAULTS.get(fault) ?? inconclusive(`The provider could not be asked (${fault}).`)
    return readEnvelope(body).states.includes(UNDELIVERED)
      ? fail(
          'The provider has tried to deliver a callback of this task, and has given up (CALLBACK_EXCEPTION).',
          'Mend what the other checks found. Until then recordPoller, or suno-callbacks watch, fetches the result from the record.',
        )
      : pass('The provider knows the task, and does not say that a callback has failed.')
  },

  'provider.url': ({ target, body, url, signed }) => {
    if (body === null) return inconclusive('There is no record that could show the URL.')
    if (url === null) return inconclusive('The record does not show the URL that the task was submitted with.')
    if (url.host !== target.url.host || mountOf(url) !== mountOf(target.url)) {
      return fail(
        `The task was submitted with another address: ${url.origin}${url.pathname}.`,
        'Set SUNO_CALLBACK_BASE_URL of the process that submits, and submit with the URL of callbackUrl().',
      )
    }
    if (signed === null) return pass('The task was submitted with this address.')
    if (!(signed instanceof Error)) return pass('The task was submitted with this address, signed by this secret.')
    return signed.code === 'SIGNATURE_EXPIRED'
      ? warn(
          'The URL of the task has expired since: a callback would be answered 401 now.',
          'Make URLs with a larger expiresInMs if tasks or retries take that long.',
        )
      : fail(
          `The URL of the task is not signed by this secret (${signed.code}).`,
          'Give the process that submits and the one that receives the same SUNO_CALLBACK_SECRET.',
        )
  },
}

const FAULTS: ReadonlyMap<string, Verdict> = new Map([
  [
    'MISSING',
    fail(
      'The provider knows no such task.',
      'Are the kind and the task id right, and is the API key that of the account that submitted it?',
    ),
  ],
  ['UNAUTHORIZED', fail('The provider does not accept the API key.', 'Set SUNO_API_KEY to that of the account.')],
])
