import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import { Details } from './details/details.js'
import { Empty } from './list/empty.js'
import { List } from './list/list.js'
import { rowElementId } from './list/row.js'
import { filterRows, NO_FILTER } from './model/filter.js'
import { formatCount } from './model/format.js'
import { useOpenTask } from './model/hash.js'
import { useStore, type Store } from './model/store.js'
import { useKeyboard } from './model/use-keyboard.js'
import { Announcer } from './parts/announcer.js'
import { Notices } from './parts/notices.js'
import { SEARCH_ID, Toolbar } from './parts/toolbar.js'
import { TriggerDialog } from './parts/trigger-dialog.js'
import { Warnings } from './parts/warnings.js'

export function App({ store }: { readonly store: Store }) {
  const state = useStore(store)
  const [filter, setFilter] = useState(NO_FILTER)
  const [openId, setOpenId] = useOpenTask()
  const [activeId, setActiveId] = useState<string | null>(openId)
  const [isTriggering, setTriggering] = useState(false)
  const rows = useMemo(() => filterRows(state.tasks, filter), [state.tasks, filter])
  const { about } = state

  const open = useCallback(
    (id: string) => {
      setActiveId(id)
      setOpenId(id)
    },
    [setOpenId],
  )
  const close = (): void => {
    setOpenId(null)
    if (openId !== null) focusRow(openId)
  }

  useKeyboard({
    open: () => rows[0] !== undefined && open(activeId ?? rows[0].id),
    search: () => document.getElementById(SEARCH_ID)?.focus(),
    escape: () => {
      if (filter.text !== '' && document.activeElement?.id === SEARCH_ID) setFilter({ ...filter, text: '' })
      else if (openId !== null) close()
      else if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    },
    move: (step) => {
      const at = rows.findIndex(({ id }) => id === activeId)
      const next = rows[Math.min(Math.max(at === -1 ? 0 : at + step, 0), rows.length - 1)]
      if (next === undefined) return
      setActiveId(next.id)
      // Like in a mail program: what is open follows.
      if (openId !== null) setOpenId(next.id)
      focusRow(next.id)
    },
  })
  useFocusOfDetails(openId)

  const startTrigger = about?.canTrigger === true ? () => setTriggering(true) : null
  return (
    <Notices>
      <div class="top">
        <Toolbar
          tasks={state.tasks}
          filter={filter}
          onFilter={setFilter}
          connection={state.connection}
          version={about?.version ?? ''}
          onTrigger={startTrigger}
        />
        {about !== null && <Warnings warnings={about.warnings} />}
        {state.problem !== null && <p class="problem">{state.problem}</p>}
      </div>
      <main class={openId === null ? 'columns' : 'columns is-open'}>
        <div class="tasks">
          {rows.length > 0 && (
            <List rows={rows} openId={openId} activeId={activeId} loadedAt={state.loadedAt} onOpen={open} />
          )}
          {rows.length === 0 && about !== null && (
            <Empty filter={filter} onFilter={setFilter} onTrigger={startTrigger} />
          )}
        </div>
        {openId !== null && (
          <Details key={openId} id={openId} row={state.tasks.get(openId)} about={about} onClose={close} onOpen={open} />
        )}
      </main>
      <footer class="foot">
        <span class="number">
          {rows.length === state.tasks.size
            ? formatCount(rows.length, 'task')
            : `${String(rows.length)} of ${formatCount(state.tasks.size, 'task')}`}
        </span>
        <span class="keys">
          <kbd>j</kbd> <kbd>k</kbd> move <kbd>Enter</kbd> opens <kbd>/</kbd> searches <kbd>Esc</kbd> closes
        </span>
      </footer>
      <Announcer state={state} />
      {isTriggering && about !== null && (
        <TriggerDialog
          triggers={about.triggers}
          openTaskId={openId === null ? null : (state.tasks.get(openId)?.taskId ?? null)}
          onClose={() => setTriggering(false)}
          onOpen={open}
        />
      )}
    </Notices>
  )
}

/** The row is there after the next frame: the list may be hidden until then. */
function focusRow(id: string): void {
  requestAnimationFrame(() => document.getElementById(rowElementId(id))?.focus())
}

/** Where an opened task hides the list, the focus goes with it. */
function useFocusOfDetails(openId: string | null): void {
  useEffect(() => {
    if (openId === null) return
    const list = document.querySelector('.tasks')
    if (list !== null && list.checkVisibility()) return
    document.getElementById('details')?.focus()
    scrollTo(0, 0)
  }, [openId])
}
