import { useState } from 'preact/hooks'
import type { JsonText } from '../../wire.js'
import { formatBytes } from '../model/format.js'
import { JsonTree } from './json-tree.js'

/** JSON, folded. What was cut is no JSON, and is shown as it is. */
export function JsonView({ name, json }: { readonly name: string; readonly json: JsonText }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details class="json" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {name} <span class="number faint">{formatBytes(json.bytes)}</span>
      </summary>
      {isOpen && <Inside json={json} />}
    </details>
  )
}

function Inside({ json: { text, isCut } }: { readonly json: JsonText }) {
  const value = isCut ? undefined : parse(text)
  return (
    <div class="json-inside" tabIndex={0}>
      {isCut && <p class="faint">It is too long, and shown only as far as it is kept.</p>}
      {value === undefined ? <pre>{text}</pre> : <JsonTree name={null} value={value} />}
    </div>
  )
}

/** undefined: it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
