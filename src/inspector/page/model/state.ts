import type { About, Sequence, TaskListAnswer, TaskRow } from '../../wire.js'

/**
 * How the page hears of news. `loading`: the list is on its way. `live`: the stream is open. `reconnecting`: it broke, and is tried
 * again. `paused`: the page is hidden, and listens to nothing.
 */
export type Connection = 'loading' | 'live' | 'reconnecting' | 'paused'

export interface State {
  readonly about: About | null
  readonly tasks: ReadonlyMap<string, TaskRow>
  readonly connection: Connection
  /** Why the list could not be loaded, as a sentence; null where it was. */
  readonly problem: string | null
  /** Up to where the page knows all news. */
  readonly sequence: Sequence | null
  /** When the list was loaded, in ms since 1970: what is newer came live. */
  readonly loadedAt: number
}

export const EMPTY: State = {
  about: null,
  tasks: new Map(),
  connection: 'loading',
  problem: null,
  sequence: null,
  loadedAt: Infinity,
}

/** The state with a list that was loaded anew. */
export function withList(state: State, list: TaskListAnswer): State {
  const tasks = new Map(list.tasks.map((row) => [row.id, row]))
  const { about, sequence } = list
  return { ...state, about, tasks, sequence, problem: null, loadedAt: Date.now() }
}

/**
 * The state with the latest of some tasks. Rows that did not change stay the same objects, so that they are not drawn again.
 * @param id of the message, or of the last one that had any
 */
export function withRows(state: State, rows: readonly TaskRow[], id: string): State {
  const tasks = new Map(state.tasks)
  for (const row of rows) tasks.set(row.id, row)
  return { ...state, tasks, sequence: sequenceOf(state, id) }
}

/** The state without tasks that the server does not keep any more. */
export function withoutRows(state: State, ids: readonly string[], id: string): State {
  const tasks = new Map(state.tasks)
  for (const id of ids) tasks.delete(id)
  return { ...state, tasks, sequence: sequenceOf(state, id) }
}

/** `''`: no message of this stream had an id yet. */
function sequenceOf({ sequence }: State, lastEventId: string): Sequence | null {
  return lastEventId === '' ? sequence : lastEventId
}
