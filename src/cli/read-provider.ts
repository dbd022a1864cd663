import { noSuchName } from '../errors/no-such-name.js'
import type { Provider } from '../testing/index.js'
import { PROVIDERS } from '../testing/kinds/body.js'
import { UsageError } from './usage-error.js'

/**
 * The provider of `--provider`; `sunoapi` where none is named.
 *
 * @throws UsageError
 */
export function readProvider(name: string | undefined): Provider {
  const found = PROVIDERS.find((one) => one === (name ?? 'sunoapi'))
  if (found !== undefined) return found
  throw new UsageError(noSuchName({ what: 'provider', name, names: PROVIDERS, call: '--provider' }))
}
