/** Whose spelling a sample has. */
export type Provider = 'sunoapi' | 'apibox' | 'kie'

export const PROVIDERS: readonly Provider[] = ['sunoapi', 'apibox', 'kie']

/** What samples are made of: each provider's shape for each event, after the pages of the provider. */
export interface SampleInput {
  readonly taskId: string
  readonly provider: Provider
}

/** What is sent, as JSON. */
export type Body = Record<string, unknown>
