import { useEffect, useState } from 'preact/hooks'
import { EMPTY, type State } from './state.js'

/** The state of the page. However many messages come, what is shown is drawn at most once a frame. */
export class Store {
  #state: State = EMPTY
  #frame = 0
  readonly #listeners = new Set<() => void>()

  get state(): State {
    return this.#state
  }

  update(change: (state: State) => State): void {
    this.#state = change(this.#state)
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#notify)
  }

  /** @returns what ends the subscription */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly #notify = (): void => {
    this.#frame = 0
    for (const listener of this.#listeners) listener()
  }
}

/** The state, for a component: it is rendered again when there is another. */
export function useStore(store: Store): State {
  const [state, setState] = useState(store.state)
  useEffect(() => {
    setState(store.state)
    return store.subscribe(() => setState(store.state))
  }, [store])
  return state
}
