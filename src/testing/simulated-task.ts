import type { Kind } from '../events/types.js'
import type { Provider } from './kinds/body.js'

/** Whose callback it is. */
export interface SimulatedTask {
  readonly kind: Kind
  readonly taskId: string
  readonly provider: Provider
}
