import { toId, type QueuedOperation } from './batches.js'

/** The claims whose statements are under way, also those of calls that have timed out: by key and token. */
export class PendingClaims {
  readonly #claims = new Map<string, Set<Promise<unknown>>>()

  async track<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    const id = toId(attempt)
    const same = this.#claims.get(id) ?? new Set<Promise<unknown>>()
    this.#claims.set(id, same)
    const claim = work()
    same.add(claim)
    try {
      return await claim
    } finally {
      same.delete(claim)
      if (same.size === 0) this.#claims.delete(id)
    }
  }

  /** Resolves when all claims of this attempt have settled. */
  async settled(attempt: Attempt): Promise<void> {
    await Promise.allSettled([...(this.#claims.get(toId(attempt)) ?? [])])
  }
}

type Attempt = Pick<QueuedOperation, 'key' | 'token'>
