import { useState } from 'preact/hooks'

/** How deep it is open at first. */
const OPEN_DEPTH = 3

interface JsonTreeProps {
  readonly name: string | null
  readonly value: unknown
  readonly depth?: number
}

/** A value of JSON. Objects and lists can be folded; what is folded is not drawn. */
export function JsonTree({ name, value, depth = 0 }: JsonTreeProps) {
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH)
  const entries = entriesOf(value)
  if (entries === null || entries.length === 0) return <Leaf name={name} value={value} />
  return (
    <details class="json-node" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Name name={name} />{' '}
        <span class="faint">
          {Array.isArray(value) ? `[${String(entries.length)}]` : `{${String(entries.length)}}`}
        </span>
      </summary>
      {isOpen && entries.map(([key, child]) => <JsonTree key={key} name={key} value={child} depth={depth + 1} />)}
    </details>
  )
}

function Leaf({ name, value }: { readonly name: string | null; readonly value: unknown }) {
  return (
    <div class="json-leaf">
      <Name name={name} /> <span class={`json-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</span>
    </div>
  )
}

function Name({ name }: { readonly name: string | null }) {
  return name === null ? null : <span class="json-name">{name}:</span>
}

function entriesOf(value: unknown): readonly [string, unknown][] | null {
  return typeof value === 'object' && value !== null ? Object.entries(value) : null
}
