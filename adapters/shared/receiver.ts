import type { Delivery } from '../../src/delivery/delivery.js'
import type { Logger } from '../../src/log/logger.js'
import type { Outcome, ProbeOutcome } from '../../src/outcome/outcome.js'

/** What an adapter needs of a `SunoCallbacks`, from whichever copy of the library it came. */
export interface Receiver {
  receive(delivery: Delivery): Promise<Outcome | ProbeOutcome>
  readonly logger: Pick<Logger, 'warn'>
}
