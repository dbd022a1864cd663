import { createHmac, timingSafeEqual } from 'node:crypto'
import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { numberFrom, option, optionsReader, type Option } from '../errors/read-options.js'
import type { Verifier } from './verifier.js'

export interface KieSignatureOptions {
  /**
   * How far the timestamp may be from this machine's clock, both ways, in milliseconds. 3,600,000 (an hour) by default: it must
   * outlive the provider's retries, which may carry the first attempt's timestamp.
   */
  readonly toleranceMs?: number | undefined
}

/**
 * Verifies the headers that kie.ai adds once a webhook HMAC key is enabled in its settings: `X-Webhook-Timestamp` (Unix seconds)
 * and `X-Webhook-Signature`, the base64 of HMAC-SHA256 over `taskId.timestamp`. Page: common-api/webhook-verification.
 *
 * The signature covers the task id and the time, not the body: whoever has seen one signed request can send other content for that
 * task within the tolerance. Use it beside signed callback URLs.
 *
 * @param key the webhookHmacKey, or several while one replaces another
 * @throws ConfigurationError `SECRET_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function kieSignature(key: string | readonly string[], options: KieSignatureOptions = {}): Verifier {
  const { toleranceMs } = readOptions(options)
  const keys: readonly unknown[] = Array.isArray(key) ? (key as readonly unknown[]) : [key]
  if (keys.length === 0 || !keys.every(isKey)) {
    throw new ConfigurationError(
      'SECRET_INVALID',
      'kieSignature: the key must be a string that is not empty. Copy the webhookHmacKey from the settings page of kie.ai.',
    )
  }

  return ({ headers, taskId }) => {
    const timestamp = headers['x-webhook-timestamp']
    const signature = headers['x-webhook-signature']
    if (taskId === null || typeof timestamp !== 'string' || typeof signature !== 'string') return false
    if (!/^\d{1,12}$/.test(timestamp)) return false
    if (Math.abs(Date.now() - Number(timestamp) * 1000) > toleranceMs) return false
    return keys.some((one) => matches(signature, one, `${taskId}.${timestamp}`))
  }
}

const readOptions = optionsReader(
  { call: 'kieSignature(key, options)' },
  () =>
    ({
      toleranceMs: option(
        // The provider's last retry comes 21 minutes after the first attempt.
        z._default(z.union([numberFrom(1_500_000), z.literal(Infinity)]), 3_600_000),
        'OPTION_OUT_OF_RANGE',
        'kieSignature: toleranceMs must be at least 1,500,000 (25 minutes), or retries of the provider would be refused.',
      ),
    }) satisfies Record<keyof KieSignatureOptions, Option>,
)

function isKey(key: unknown): key is string {
  return typeof key === 'string' && key.trim() !== ''
}

/** Compares the texts, not what they decode to: base64 with inserted spaces would decode to the same bytes. */
function matches(signature: string, key: string, message: string): boolean {
  const expected = Buffer.from(createHmac('sha256', key).update(message).digest('base64'))
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
