import { noSuchName } from '../errors/no-such-name.js'
import { PROVIDER_NAMES, type ProviderName } from '../polling/endpoints.js'
import { providerClient, type ProviderClient } from '../polling/index.js'
import { variable, type Environment } from './environment.js'
import { UsageError } from './usage-error.js'

/**
 * The provider of `--provider`; `sunoapi` where none is named.
 *
 * @throws UsageError
 */
export function readProvider(name: string | undefined): ProviderName {
  const found = PROVIDER_NAMES.find((one) => one === (name ?? 'sunoapi'))
  if (found !== undefined) return found
  throw new UsageError(noSuchName({ what: 'provider', name, names: PROVIDER_NAMES, call: '--provider' }))
}

/**
 * Its client, with the key and the address of the environment.
 *
 * @throws UsageError, ConfigurationError
 */
export function readProviderClient(name: string | undefined, env: Environment): ProviderClient {
  return providerClient({
    provider: readProvider(name),
    apiKey: variable(env, 'SUNO_API_KEY'),
    baseUrl: variable(env, 'SUNO_API_BASE_URL'),
  })
}
