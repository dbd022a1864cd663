import * as z from 'zod/mini'
import { numberFrom, option } from '../errors/read-options.js'

/** A share, a number from 0, never, to 1, always; 0 by default. */
export function share(name: string) {
  return option(z._default(numberFrom(0, 1), 0), 'OPTION_OUT_OF_RANGE', `${name} must be a number from 0 to 1.`)
}
