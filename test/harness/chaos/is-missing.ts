import { isPostgresMissing } from '../../support/postgres-server.js'
import { isRedisMissing } from '../../support/redis-server.js'
import type { Scenario } from './scenario.js'

/** Whether the server of that store is not on this machine, so that its runs are skipped. Where CI is set, that is an error. */
export function isMissing(store: Scenario['store']): boolean {
  return (store === 'postgres' && isPostgresMissing()) || (store === 'redis' && isRedisMissing())
}
