import { useEffect, useRef, useState } from 'preact/hooks'
import type { TaskDetails, TaskRow } from '../../wire.js'
import { loadDetails, sentenceOf } from '../model/requests.js'

/** The shortest time between two requests, in ms, however often the task changes. */
const PAUSE_MS = 400

export type Loaded =
  | { readonly status: 'loading' }
  | { readonly status: 'loaded'; readonly details: TaskDetails }
  | { readonly status: 'failed'; readonly message: string }

/**
 * The details of a task, loaded again whenever its row changes. What is shown stays until the new ones are there, so that a player
 * goes on.
 * @param id stays the same: each task has a component of its own
 * @param row as the list has it; undefined where the list does not have it
 */
export function useDetails(id: string, row: TaskRow | undefined): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ status: 'loading' })
  const [end] = useState(() => new AbortController())
  const askedAt = useRef(-PAUSE_MS)
  /** When what is shown was asked for: an answer may overtake another. */
  const shownOf = useRef(0)

  function ask(): void {
    const at = performance.now()
    askedAt.current = at
    const show = (next: Loaded): void => {
      if (end.signal.aborted || at < shownOf.current) return
      shownOf.current = at
      setLoaded(next)
    }
    loadDetails(id, end.signal).then(
      (details) => show({ status: 'loaded', details }),
      (error: unknown) => show({ status: 'failed', message: sentenceOf(error) }),
    )
  }

  useEffect(() => {
    const timer = setTimeout(ask, Math.max(0, askedAt.current + PAUSE_MS - performance.now()))
    return () => clearTimeout(timer)
  }, [row])
  useEffect(() => () => end.abort(), [])
  return loaded
}
