import type { MidiNote } from '../../../events/types.js'
import type { Media } from '../../wire.js'
import { formatCount, formatLength } from '../model/format.js'

/** The shortest note that is drawn, in seconds. */
const SHORTEST = 0.06

/** How many colors there are; the next instrument begins anew. */
const COLORS = 6

interface DrawnNote {
  readonly pitch: number
  readonly start: number
  readonly end: number
}

/** The notes over time, the high ones above; one color and one path an instrument, so that 5,000 notes are few elements. */
export function PianoRoll({ instruments, leftOut }: { instruments: Media['instruments']; leftOut: number }) {
  const parts = instruments.map(({ name, notes }) => ({ name: name ?? 'Instrument', notes: notes.flatMap(drawable) }))
  const all = parts.flatMap(({ notes }) => notes)
  const length = all.reduce((latest, { end }) => Math.max(latest, end), 1)
  const low = all.reduce((lowest, { pitch }) => Math.min(lowest, pitch), 127) - 1
  const high = all.reduce((highest, { pitch }) => Math.max(highest, pitch), 0) + 2
  const title = `${formatCount(parts.length, 'instrument')}, ${formatCount(all.length, 'note')}, ${formatLength(length)}`
  return (
    <figure class="piano">
      <figcaption>
        {title}
        {leftOut > 0 && <span class="faint"> ({formatCount(leftOut, 'more note')} not shown)</span>}
      </figcaption>
      {all.length > 0 && (
        <svg
          role="img"
          aria-label={`Piano roll: ${title}`}
          viewBox={`0 0 ${String(length)} ${String(high - low)}`}
          preserveAspectRatio="none"
        >
          <path class="piano-octaves" d={octaves(low, high, length)} />
          {parts.map(({ notes }, index) => (
            <path
              key={index}
              class={`piano-${String(index % COLORS)}`}
              d={notes.map((note) => rectangle(note, high)).join('')}
            />
          ))}
        </svg>
      )}
      <ul class="piano-legend">
        {parts.map(({ name, notes }, index) => (
          <li key={index} class={`piano-${String(index % COLORS)}`}>
            {name} <span class="number faint">{notes.length}</span>
          </li>
        ))}
      </ul>
    </figure>
  )
}

/** A note whose pitch or beginning is not known has no place. */
function drawable({ pitch, start, end }: MidiNote): readonly DrawnNote[] {
  if (pitch === null || start === null) return []
  return [{ pitch, start, end: Math.max(end ?? 0, start + SHORTEST) }]
}

function rectangle({ pitch, start, end }: DrawnNote, high: number): string {
  return `M${start.toFixed(3)} ${String(high - pitch - 1)}H${end.toFixed(3)}v.9H${start.toFixed(3)}z`
}

/** A line below each C. */
function octaves(low: number, high: number, length: number): string {
  const lines = []
  for (let pitch = Math.ceil(low / 12) * 12; pitch < high; pitch += 12) {
    lines.push(`M0 ${String(high - pitch)}H${String(length)}`)
  }
  return lines.join('')
}
