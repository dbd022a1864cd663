import type { ProviderName } from '../../polling/endpoints.js'

/** What samples are made of: each provider's shape for each event, after the pages of the provider. */
export interface SampleInput {
  readonly taskId: string
  readonly provider: ProviderName
}

/** What is sent, as JSON. */
export type SampleJson = Record<string, unknown>
