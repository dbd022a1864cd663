import * as z from 'zod/mini'
import { option } from '../errors/read-options.js'

/** The option that ends a call. A signal of another library's, or of another realm, is one too. */
export function signalOption(call: string) {
  return option(
    z.optional(z.custom<AbortSignal>(isSignal)),
    'OPTION_INVALID',
    `${call}: signal must be an AbortSignal.`,
  )
}

function isSignal(signal: unknown): boolean {
  return typeof (signal as Partial<AbortSignal> | null)?.aborted === 'boolean'
}
