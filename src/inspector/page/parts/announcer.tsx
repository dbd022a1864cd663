import { useEffect, useRef, useState } from 'preact/hooks'
import type { State } from '../model/state.js'
import { formatCount } from '../model/format.js'

/** The shortest time between two sentences, in ms: whoever listens to the page is told sums, not each row. */
const PAUSE_MS = 6_000

/** Says what came, for screen readers. */
export function Announcer({ state }: { readonly state: State }) {
  const [text, setText] = useState('')
  const latest = useRef(state)
  const told = useRef(state)
  latest.current = state
  useEffect(() => {
    const timer = setInterval(() => {
      const sentence = describeNews(told.current, latest.current)
      told.current = latest.current
      if (sentence !== '') setText(sentence)
    }, PAUSE_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <p class="off-screen" role="log" aria-live="polite">
      {text}
    </p>
  )
}

function describeNews(before: State, now: State): string {
  if (before.connection === 'live' && now.connection === 'reconnecting') return 'The connection to the app is lost.'
  if (before.sequence === null) return ''
  const rows = [...now.tasks.values()]
  const fresh = rows.filter(({ id }) => !before.tasks.has(id)).length
  const changed = rows.filter((row) => before.tasks.get(row.id) !== row).length - fresh
  const parts = [
    ...(fresh > 0 ? [formatCount(fresh, 'new task')] : []),
    ...(changed > 0 ? [formatCount(changed, 'task') + ' changed'] : []),
  ]
  return parts.length === 0 ? '' : `${parts.join(', ')}.`
}
