import { useState } from 'preact/hooks'
import type { TaskRow } from '../../wire.js'
import { Row } from './row.js'

/** How many rows are shown before somebody asks for more. */
const SHOWN = 500

interface ListProps {
  readonly rows: readonly TaskRow[]
  readonly openId: string | null
  readonly activeId: string | null
  /** In ms since 1970: what is newer came live. */
  readonly loadedAt: number
  readonly onOpen: (id: string) => void
}

/** One row a task. Rows outside of the window are not laid out: see `.row-item`. */
export function List({ rows, openId, activeId, loadedAt, onOpen }: ListProps) {
  const [shown, setShown] = useState(SHOWN)
  const visible = rows.slice(0, shown)
  const active = visible.find(({ id }) => id === activeId) ?? visible[0]
  return (
    <div class="list">
      <div class="row-heads" aria-hidden="true">
        <span class="head-name">Task</span>
        <span>Stages</span>
        <span>State</span>
        <span>Last outcome</span>
        <span class="head-right">Links expire</span>
        <span class="head-right">Age</span>
      </div>
      <ol aria-label="Tasks" role="list">
        {visible.map((row) => (
          <Row
            key={row.id}
            row={row}
            isOpen={row.id === openId}
            isActive={row === active}
            isNews={row.lastAt > loadedAt}
            onOpen={onOpen}
          />
        ))}
      </ol>
      {rows.length > shown && (
        <button class="more" onClick={() => setShown(shown + SHOWN)}>
          Show {Math.min(SHOWN, rows.length - shown)} more
        </button>
      )}
    </div>
  )
}
