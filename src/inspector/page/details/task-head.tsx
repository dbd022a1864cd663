import type { About, TaskRow } from '../../wire.js'
import { StageLine } from '../list/stage-line.js'
import { poll } from '../model/requests.js'
import { titleOf } from '../model/title.js'
import { CopyButton } from '../parts/copy-button.js'
import { Cover } from '../parts/cover.js'
import { Age, Countdown } from '../parts/times.js'
import { useAction } from '../parts/use-action.js'

/** What the task is, and what can be done with it as a whole. */
export function TaskHead({ row, about }: { readonly row: TaskRow; readonly about: About }) {
  const [isBusy, run] = useAction()
  const canPoll = about.canPoll && row.taskId !== null && row.kind !== null
  return (
    <header class={`task-head state-${row.state}`}>
      <Cover url={row.coverUrl} kind={row.kind} size="large" />
      <div class="task-words">
        <h2>{titleOf(row)}</h2>
        <p class="task-facts">
          <span class="row-state">{row.state}</span>
          <span>{row.kind ?? 'no kind'}</span>
          <span>
            <Age at={row.firstAt} /> old
          </span>
          {row.expiresAt !== null && (
            <span>
              links: <Countdown until={row.expiresAt} />
            </span>
          )}
        </p>
        {row.taskId !== null && <code class="task-id">{row.taskId}</code>}
      </div>
      <StageLine row={row} />
      <div class="buttons">
        {row.taskId !== null && <CopyButton label="Copy task id" text={row.taskId} done="The task id is copied." />}
        {canPoll && (
          <button disabled={isBusy} onClick={() => void run(() => poll({ id: row.id }))}>
            Ask for the record
          </button>
        )}
      </div>
    </header>
  )
}
