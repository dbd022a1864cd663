import type { ListenerDetails } from '../../wire.js'
import { formatDuration } from '../model/format.js'
import { ErrorNote } from './error-note.js'

/** The listeners of an event, each with its time beside those of the others, and its error. */
export function Listeners({ listeners }: { readonly listeners: readonly ListenerDetails[] }) {
  const longest = Math.max(1, ...listeners.map(({ durationMs }) => durationMs ?? 0))
  return (
    <ul class="listeners" aria-label="Listeners">
      {listeners.map(({ name, durationMs, error }, index) => (
        <li key={index} class={error === null ? '' : 'listener-failed'}>
          <code class="listener-name">{name}</code>
          <progress max={longest} value={durationMs ?? undefined} aria-hidden="true" />
          <span class="number">{durationMs === null ? 'at work' : formatDuration(durationMs)}</span>
          {error !== null && <ErrorNote error={error} />}
        </li>
      ))}
    </ul>
  )
}
