import { useState } from 'preact/hooks'
import type { Warning } from '../../wire.js'
import { Icon } from './icon.js'

/** What would go wrong in production. */
export function Warnings({ warnings }: { readonly warnings: readonly Warning[] }) {
  const [isHidden, setHidden] = useState(false)
  if (warnings.length === 0 || isHidden) return null
  return (
    <section class="warnings" aria-label="Warnings">
      <Icon name="warning" />
      <ul>
        {warnings.map(({ code, message }) => (
          <li key={code}>{message}</li>
        ))}
      </ul>
      <button class="quiet icon-button" aria-label="Hide the warnings" onClick={() => setHidden(true)}>
        <Icon name="close" />
      </button>
    </section>
  )
}
