import { useEffect, useRef, useState } from 'preact/hooks'
import type { TaskRow } from '../../wire.js'
import { Row } from './row.js'

/** How many rows are there at first, and how many more when the last of them is reached. */
const SHOWN = 100

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
  const activeAt = Math.max(
    0,
    rows.findIndex(({ id }) => id === activeId),
  )
  const visible = rows.slice(0, Math.max(shown, activeAt + 2))
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
            isActive={row === rows[activeAt]}
            isNews={row.lastAt > loadedAt}
            onOpen={onOpen}
          />
        ))}
      </ol>
      {rows.length > visible.length && <More key={visible.length} onMore={() => setShown(visible.length + SHOWN)} />}
    </div>
  )
}

/** Shows more as soon as it is seen itself. */
function More({ onMore }: { readonly onMore: () => void }) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) onMore()
    })
    if (button.current !== null) observer.observe(button.current)
    return () => observer.disconnect()
  }, [])
  return (
    <button ref={button} class="more" onClick={onMore}>
      Show more
    </button>
  )
}
