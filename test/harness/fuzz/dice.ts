import { isHit, pick, random, type Random } from './built.js'

/** Every decision of one case, fixed by seed and number. */
export class Dice {
  readonly #next: Random

  constructor(seed: number, name: string) {
    this.#next = random(seed, name)
  }

  /** True in this share of the throws. */
  hits(share: number): boolean {
    return isHit(share, this.#next)
  }

  pick<T>(list: readonly T[]): T {
    return pick(list, this.#next)
  }

  /** A whole number from 0 up to, and not including, the limit. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit)
  }

  /** One of the choices; each weighs what its number says. */
  weigh<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    const total = choices.reduce((sum, [weight]) => sum + weight, 0)
    let left = this.#next() * total
    for (const [weight, choice] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    throw new Error('There is nothing to choose from.')
  }
}
