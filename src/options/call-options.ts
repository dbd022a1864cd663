import * as z from 'zod/mini'
import { numberFrom, option, optionsReader } from '../errors/read-options.js'

/** Of `close`. */
export const readCloseOptions = optionsReader({ call: 'close(options)', example: '{ graceMs: 10_000 }' }, () => ({
  graceMs: option(
    z._default(z.union([numberFrom(0), z.literal(Infinity)]), 10_000),
    'OPTION_OUT_OF_RANGE',
    'close: graceMs must be a number of milliseconds from 0, or Infinity.',
  ),
}))

/** Of `run`. */
export const readRunOptions = optionsReader({ call: 'run(stored, options)', example: '{ signal }' }, () => ({
  signal: option(
    z.optional(
      z.custom<AbortSignal>((signal) => typeof (signal as Partial<AbortSignal> | null)?.aborted === 'boolean'),
    ),
    'OPTION_INVALID',
    'run: signal must be an AbortSignal.',
  ),
}))
