import { toId, type Step } from './batches.js'

/** The claims whose statements are under way, also those that were given up: by key and token. */
export class Claims {
  readonly #underWay = new Map<string, Set<Promise<unknown>>>()

  async during<T>(hold: Hold, work: () => Promise<T>): Promise<T> {
    const id = toId(hold)
    const same = this.#underWay.get(id) ?? new Set<Promise<unknown>>()
    this.#underWay.set(id, same)
    const claim = work()
    same.add(claim)
    try {
      return await claim
    } finally {
      same.delete(claim)
      if (same.size === 0) this.#underWay.delete(id)
    }
  }

  async settled(hold: Hold): Promise<void> {
    await Promise.allSettled([...(this.#underWay.get(toId(hold)) ?? [])])
  }
}

type Hold = Pick<Step, 'key' | 'token'>
