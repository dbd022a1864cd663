import type { HandleEvent, Listener } from './receiver.js'

/** Keys in a database, each step one statement where that is possible. */
export interface Claims {
  claim(key: string): Promise<'claimed' | 'done' | 'in-flight'>
  complete(key: string): Promise<unknown>
  release(key: string): Promise<unknown>
}

/**
 * Handles events once, remembered in a database: for `redis.ts`, `postgres.ts` and `sqlite.ts`.
 *
 * Does: claims before the listener, completes after it, gives the key back when it throws; 503 while the database cannot be asked. Does
 * not: time out or repeat a call of the database, renew a claim, keep an attempt that was overtaken from completing the key of another.
 */
export function rememberInStore(claims: Claims, listener: Listener): HandleEvent {
  return async (event) => {
    try {
      const claim = await claims.claim(event.key)
      if (claim !== 'claimed') return claim === 'done' ? 200 : 409
    } catch (error) {
      console.error('The database failed.', error)
      return 503
    }
    try {
      await listener(event)
    } catch (error) {
      console.error('A listener failed.', event.type, event.taskId, error)
      await claims.release(event.key).catch(console.error)
      return 500
    }
    // What is done is done: if it cannot be noted, a repeat is handled again once the claim has expired.
    await claims.complete(event.key).catch(console.error)
    return 200
  }
}
