/** Lets so many in at a time. Who has to wait is let in in the order of coming; a party enters together. */
export class Gate {
  #free: number
  readonly #waiting: { readonly party: number; readonly enter: () => void }[] = []

  constructor(places: number) {
    this.#free = places
  }

  /** @param party how many enter; not more than there are places */
  enter(party: number): Promise<void> {
    return new Promise((enter) => {
      this.#waiting.push({ party, enter })
      this.#admit()
    })
  }

  /** One of those inside goes. */
  leave(): void {
    this.#free++
    this.#admit()
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.party <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#free -= next.party
      next.enter()
    }
  }
}
