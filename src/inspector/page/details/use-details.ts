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
 * @param row as the list has it; undefined where the list does not have it
 */
export function useDetails(id: string, row: TaskRow | undefined): Loaded {
  const [loaded, setLoaded] = useState<Loaded & { readonly id?: string }>({ status: 'loading' })
  const askedAt = useRef(0)
  useEffect(() => {
    const end = new AbortController()
    const timer = setTimeout(
      () => {
        askedAt.current = Date.now()
        loadDetails(id, end.signal).then(
          (details) => setLoaded({ status: 'loaded', details, id }),
          (error: unknown) => {
            if (!end.signal.aborted) setLoaded({ status: 'failed', message: sentenceOf(error), id })
          },
        )
      },
      Math.max(0, askedAt.current + PAUSE_MS - Date.now()),
    )
    return () => {
      clearTimeout(timer)
      end.abort()
    }
  }, [id, row])
  return loaded.id === id ? loaded : { status: 'loading' }
}
