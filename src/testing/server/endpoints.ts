import type { Kind } from '../../events/types.js'
import { sampledKinds } from '../kinds/index.js'
import type { ProviderName } from '../../polling/endpoints.js'
import type { KindEndpoints } from '../kinds/kind.js'

/** What is asked of the API. `fields`: what the request may call the address for callbacks; the first is the documented one. */
export type Endpoint =
  | { readonly what: 'submit'; readonly kind: Kind; readonly fields: readonly [string, ...string[]] }
  | { readonly what: 'create job' }
  | { readonly what: 'record'; readonly kind: Kind; readonly idField: string }
  | { readonly what: 'job record' }

/** Null for what the provider does not have. */
export function endpointOf(method: string | undefined, path: string, provider: ProviderName): Endpoint | null {
  const isKie = provider === 'kie'
  if (method === 'POST') {
    if (path === '/api/v1/jobs/createTask') return isKie ? { what: 'create job' } : null
    const found = find(({ submit }) => submit.includes(path))
    if (found === undefined) return null
    const [kind, { urlFields = ONE_FIELD }] = found
    return { what: 'submit', kind, fields: urlFields(path, provider) }
  }
  if (path === '/api/v1/jobs/recordInfo') return isKie ? { what: 'job record' } : null
  const found = find(({ record }) => record === path)
  if (found === undefined) return null
  const [kind, { idField = 'taskId' }] = found
  return { what: 'record', kind, idField }
}

/** `ai-music-api/generate` → `music`; null for a model that makes no task of ours. */
export function kindOfModel(model: unknown): Kind | null {
  const operation = typeof model === 'string' ? /^ai-music-api\/(.+)$/.exec(model)?.[1] : undefined
  return find(({ jobs }) => operation !== undefined && jobs.includes(operation))?.[0] ?? null
}

function find(isWanted: (endpoints: KindEndpoints) => boolean): readonly [Kind, KindEndpoints] | undefined {
  return ENDPOINTS.find(([, endpoints]) => isWanted(endpoints))
}

const ENDPOINTS: readonly (readonly [Kind, KindEndpoints])[] = Object.entries(sampledKinds).map(
  ([kind, { endpoints }]) => [kind as Kind, endpoints],
)

const ONE_FIELD = (): readonly [string] => ['callBackUrl']
