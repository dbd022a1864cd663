import { isFiltering, NO_FILTER, type Filter } from '../model/filter.js'

interface EmptyProps {
  readonly filter: Filter
  readonly onFilter: (filter: Filter) => void
  /** Null where nothing can be triggered. */
  readonly onTrigger: (() => void) | null
}

/** What to do where there is no row. */
export function Empty({ filter, onFilter, onTrigger }: EmptyProps) {
  if (isFiltering(filter)) {
    return (
      <div class="empty">
        <h2>No task passes the filter</h2>
        <button onClick={() => onFilter(NO_FILTER)}>Show all tasks</button>
      </div>
    )
  }
  return (
    <div class="empty">
      <h2>Waiting for the first callback</h2>
      <p>Each task appears here as soon as something comes for it. To see one now, send a sample to this app:</p>
      <pre tabIndex={0}>npx suno-callbacks trigger music:complete --to {portOrOrigin()}</pre>
      {onTrigger !== null && (
        <button class="primary" onClick={onTrigger}>
          Trigger a sample
        </button>
      )}
    </div>
  )
}

/** What the command takes for the address of this app. */
function portOrOrigin(): string {
  return ['localhost', '127.0.0.1'].includes(location.hostname) && location.port !== ''
    ? location.port
    : location.origin
}
