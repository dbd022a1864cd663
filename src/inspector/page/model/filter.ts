import type { TaskRow } from '../../wire.js'

export interface Filter {
  /** All words must occur. */
  readonly text: string
  /** A kind, `none` for rows without one, or `''` for all. */
  readonly kind: string
  readonly outcome: string
}

export const NO_FILTER: Filter = { text: '', kind: '', outcome: '' }

export function isFiltering({ text, kind, outcome }: Filter): boolean {
  return text.trim() !== '' || kind !== '' || outcome !== ''
}

/** The rows that pass, the newest task first: a row keeps its place whatever comes for its task later. */
export function filterRows(tasks: ReadonlyMap<string, TaskRow>, filter: Filter): readonly TaskRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  return [...tasks.values()]
    .filter((row) => filter.kind === '' || filter.kind === (row.kind ?? 'none'))
    .filter((row) => filter.outcome === '' || filter.outcome === row.outcome)
    .filter((row) => words.every((word) => row.search.includes(word)))
    .sort((one, other) => other.firstAt - one.firstAt || arrival.compare(other.id, one.id))
}

/** Ids count up, without leading zeros. */
const arrival = new Intl.Collator('en', { numeric: true })
