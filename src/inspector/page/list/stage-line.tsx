import type { StageMark, TaskRow } from '../../wire.js'
import { formatDuration, formatInstant } from '../model/format.js'

/** The stages that a song passes; tasks of the other kinds have but one. */
const MUSIC_STAGES = ['text', 'first', 'complete']

/** What has come of a task and what is still to come, on a line; each stage with its time after the first. */
export function StageLine({ row }: { readonly row: TaskRow }) {
  const [first] = row.stages
  if (first === undefined) return <span class="stages" />
  return (
    <span class="stages">
      {stagesOf(row).map(({ name, mark }) => (
        <span key={name} class={`stage stage-${mark === null ? 'open' : toneOf(name)}`} title={describe(name, mark)}>
          <span class="stage-name">{name}</span>
          <span class="stage-time">
            {mark === null || mark === first ? '' : `+${formatDuration(mark.at - first.at)}`}
          </span>
        </span>
      ))}
    </span>
  )
}

/** Stages that were passed over are on the line only while they can still come. */
function stagesOf({ kind, stages, state }: TaskRow): readonly { name: string; mark: StageMark | null }[] {
  const came = stages.map((mark) => ({ name: mark.stage, mark }))
  if (kind !== 'music' || state !== 'running') return came
  const last = Math.max(...stages.map(({ stage }) => MUSIC_STAGES.indexOf(stage)))
  return [...came, ...MUSIC_STAGES.slice(last + 1).map((name) => ({ name, mark: null }))]
}

function toneOf(stage: string): string {
  if (stage === 'error') return 'bad'
  return stage === 'unknown' ? 'odd' : 'done'
}

function describe(name: string, mark: StageMark | null): string {
  if (mark === null) return `${name}: has not come`
  const how = { callback: 'by a callback', record: 'from the record', replay: 'by a replay' }[mark.source]
  return `${name}: ${formatInstant(mark.at)}, ${how}`
}
