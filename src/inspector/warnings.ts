import { codeOf } from '../errors/errors.js'
import type { SunoCallbacks } from '../suno-callbacks.js'
import { SIGNATURE_PARAMETER } from '../verify/signed-url.js'
import type { Warning } from './wire.js'

/** What is right while one tries things, and wrong in production. */
export function warningsOf(suno: Pick<SunoCallbacks, 'callbackUrl' | 'keepsInMemory'>): readonly Warning[] {
  const address = addressOf(suno)
  const isSigned = suno.callbackUrl('music', { url: 'https://example.com/' }).includes(`${SIGNATURE_PARAMETER}=`)
  const codes: readonly (Warning['code'] | null)[] = [
    suno.keepsInMemory ? 'MEMORY_STORE' : null,
    isSigned ? null : 'NO_SECRET',
    address === null ? 'BASE_URL_MISSING' : address.startsWith('http:') ? 'BASE_URL_HTTP' : null,
  ]
  return codes.flatMap((code) => (code === null ? [] : [{ code, message: MESSAGES[code] }]))
}

/** Null where the instance has none. */
function addressOf(suno: Pick<SunoCallbacks, 'callbackUrl'>): string | null {
  try {
    return suno.callbackUrl('music')
  } catch (error) {
    if (codeOf(error) === 'BASE_URL_MISSING') return null
    throw error
  }
}

const MESSAGES: Readonly<Record<Warning['code'], string>> = {
  MEMORY_STORE:
    'The store is in memory: after a restart, and in another process, repeats are handled again. Give the option store.',
  NO_SECRET:
    'Callback URLs are not signed: without a check of your own anybody can send callbacks. Set SUNO_CALLBACK_SECRET.',
  BASE_URL_HTTP:
    'The address of callbacks is http, which only this machine or its network can reach. Set SUNO_CALLBACK_BASE_URL to the public https address.',
  BASE_URL_MISSING:
    'The address of callbacks is not known, so that callbackUrl() throws. Set SUNO_CALLBACK_BASE_URL to the public https address.',
}
