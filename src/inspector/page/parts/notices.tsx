import { createContext, type ComponentChildren } from 'preact'
import { useCallback, useContext, useEffect, useState } from 'preact/hooks'
import { Icon } from './icon.js'

export interface Notice {
  readonly text: string
  readonly tone: 'good' | 'bad'
}

/** How long a notice stays, in ms. One that says what failed stays until it is closed. */
const SHOWN_MS = 8_000

const NotifyContext = createContext<(notice: Notice) => void>(() => undefined)

/** What shows a sentence at the foot of the page. */
export function useNotify(): (notice: Notice) => void {
  return useContext(NotifyContext)
}

/** Shows the latest notice, in a region that is read out. */
export function Notices({ children }: { readonly children: ComponentChildren }) {
  const [notice, setNotice] = useState<Notice | null>(null)
  const notify = useCallback((next: Notice) => setNotice(next), [])
  useEffect(() => {
    if (notice?.tone !== 'good') return
    const timer = setTimeout(() => setNotice(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [notice])
  return (
    <NotifyContext.Provider value={notify}>
      {children}
      <div class="notices" role="status">
        {notice !== null && (
          <div class={`notice notice-${notice.tone}`}>
            <p>{notice.text}</p>
            <button class="quiet icon-button" aria-label="Close the message" onClick={() => setNotice(null)}>
              <Icon name="close" />
            </button>
          </div>
        )}
      </div>
    </NotifyContext.Provider>
  )
}
