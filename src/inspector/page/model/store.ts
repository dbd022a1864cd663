import { useEffect, useState } from 'preact/hooks'
import { EMPTY, type State } from './state.js'

/** How much longer than the last drawing the page is left free for whoever uses it. */
const REST = 3

/**
 * The state of the page. However many messages come, what is shown is drawn at most once a frame; and where drawing takes long, because
 * much comes on a slow machine, so seldom that the page can still be used.
 */
export class Store {
  #state: State = EMPTY
  #isWaiting = false
  #freeAt = 0
  readonly #listeners = new Set<() => void>()

  get state(): State {
    return this.#state
  }

  update(change: (state: State) => State): void {
    this.#state = change(this.#state)
    if (this.#isWaiting) return
    this.#isWaiting = true
    setTimeout(() => requestAnimationFrame(this.#draw), Math.max(0, this.#freeAt - performance.now()))
  }

  /** @returns what ends the subscription */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly #draw = (): void => {
    this.#isWaiting = false
    const begin = performance.now()
    for (const listener of this.#listeners) listener()
    // Behind rendering, layout and paint.
    setTimeout(() => (this.#freeAt = performance.now() + REST * (performance.now() - begin)))
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
