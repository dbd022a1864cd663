import type { Delivery } from '../../src/delivery/delivery.js'
import type { Logger } from '../../src/log/logger.js'
import type { Outcome } from '../../src/outcome/outcome.js'

/** What an adapter needs of a `SunoCallbacks`, from whichever copy of the library it came. */
export interface Receiver {
  receive(delivery: Delivery): Promise<Outcome>
  readonly logger: Pick<Logger, 'warn'>
}
