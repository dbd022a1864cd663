import { codeOf } from '../errors/errors.js'
import type { Kind, Metadata } from '../events/types.js'
import type { PollingReceiver } from './look.js'
import type { PollingMode } from './schedule.js'

/**
 * The address for callbacks that a task is submitted with: the providers demand one. Without a public address it is one that leads
 * nowhere, and not signed: a signed one would tell strangers how to deliver.
 *
 * @throws ConfigurationError of `callbackUrl`
 */
export function submitAddress(
  suno: Pick<PollingReceiver, 'callbackUrl'>,
  kind: Kind,
  { metadata }: { readonly metadata: Metadata | undefined },
  mode: PollingMode,
): string {
  try {
    return suno.callbackUrl(kind, { metadata })
  } catch (error) {
    if (mode === 'primary' && codeOf(error) === 'BASE_URL_MISSING') return NOWHERE
    throw error
  }
}

/** Reserved for examples (RFC 2606): nobody receives what is sent there. */
const NOWHERE = 'https://example.com/no-callback'
