import type { Kind } from '../events/types.js'
import type { ProviderName } from '../polling/endpoints.js'

/** Whose callback it is. */
export interface SimulatedTask {
  readonly kind: Kind
  readonly taskId: string
  readonly provider: ProviderName
}
