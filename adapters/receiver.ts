import type { Delivery } from '../src/delivery.js'
import type { Logger } from '../src/logger.js'
import type { Outcome } from '../src/outcome.js'

/** What an adapter needs of a `SunoCallbacks`, from whichever copy of the library it came. */
export interface Receiver {
  receive(delivery: Delivery): Promise<Outcome>
  readonly logger: Pick<Logger, 'warn'>
}
