import type { TaskRow } from '../../wire.js'
import { titleOf } from '../model/title.js'
import { Cover } from '../parts/cover.js'
import { Flash } from '../parts/flash.js'
import { OutcomeBadge } from '../parts/outcome-badge.js'
import { Age, Countdown } from '../parts/times.js'
import { unlessUnchanged } from '../parts/unchanged.js'
import { StageLine } from './stage-line.js'

interface RowProps {
  readonly row: TaskRow
  readonly isOpen: boolean
  /** Whether the tab key leads to it: one row of the list is enough, the arrows lead on. */
  readonly isActive: boolean
  /** Whether it came after the list was loaded. */
  readonly isNews: boolean
  readonly onOpen: (id: string) => void
}

export const Row = unlessUnchanged(function TaskRowItem({ row, isOpen, isActive, isNews, onOpen }: RowProps) {
  return (
    <li class="row-item">
      <button
        id={rowElementId(row.id)}
        class={`row state-${row.state}`}
        tabIndex={isActive ? 0 : -1}
        aria-expanded={isOpen}
        aria-controls="details"
        aria-label={describeRow(row)}
        onClick={() => onOpen(row.id)}
      >
        <Flash version={`${String(row.lastAt)} ${String(row.deliveryCount)}`} isNews={isNews} />
        <Cover url={row.coverUrl} kind={row.kind} size="small" />
        <span class="row-name">
          <span class="row-title">{titleOf(row)}</span>
          <span class="row-below">
            <span class="row-kind">{row.kind ?? 'no kind'}</span>
            <span class="row-task">{row.taskId ?? 'no task id'}</span>
          </span>
        </span>
        <StageLine row={row} />
        <span class="row-state">{row.state}</span>
        <span class="row-outcome">
          {row.outcome !== null && <OutcomeBadge outcome={row.outcome} httpStatus={row.httpStatus} />}
          {row.deliveryCount > 1 && <span class="row-count">×{row.deliveryCount}</span>}
        </span>
        <span class="row-expiry">{row.expiresAt !== null && <Countdown until={row.expiresAt} />}</span>
        <span class="row-age">
          <Age at={row.firstAt} />
        </span>
      </button>
    </li>
  )
})

export function rowElementId(id: string): string {
  return `row-${id}`
}

function describeRow(row: TaskRow): string {
  const outcome =
    row.outcome === null ? null : `${row.outcome}${row.httpStatus === null ? '' : ` ${String(row.httpStatus)}`}`
  return [titleOf(row), row.kind, row.state, outcome].filter(Boolean).join(', ')
}
