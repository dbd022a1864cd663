import type { TaskRow } from '../../wire.js'
import type { Filter } from '../model/filter.js'
import type { Connection } from '../model/state.js'
import { Icon } from './icon.js'
import { OUTCOMES } from './outcome-badge.js'

interface ToolbarProps {
  readonly tasks: ReadonlyMap<string, TaskRow>
  readonly filter: Filter
  readonly onFilter: (filter: Filter) => void
  readonly connection: Connection
  readonly version: string
  /** Null where nothing can be triggered. */
  readonly onTrigger: (() => void) | null
}

const CONNECTIONS: Readonly<Record<Connection, string>> = {
  loading: 'Loading',
  live: 'Live',
  reconnecting: 'Reconnecting',
  paused: 'Paused',
}

export const SEARCH_ID = 'search'

export function Toolbar({ tasks, filter, onFilter, connection, version, onTrigger }: ToolbarProps) {
  const kinds = [...new Set([...tasks.values()].map(({ kind }) => kind ?? 'none'))].sort()
  return (
    <header class="toolbar">
      <h1>
        suno-callbacks <span class="version">{version}</span>
      </h1>
      <span class={`connection connection-${connection}`}>{CONNECTIONS[connection]}</span>
      <search class="filters">
        <span class="search">
          <Icon name="search" />
          <input
            id={SEARCH_ID}
            type="search"
            placeholder="Search titles, ids, lyrics …"
            aria-label="Search"
            aria-keyshortcuts="/"
            autocomplete="off"
            spellcheck={false}
            value={filter.text}
            onInput={({ currentTarget }) => onFilter({ ...filter, text: currentTarget.value })}
          />
        </span>
        <Choice
          label="Kind"
          all="All kinds"
          values={kinds}
          value={filter.kind}
          onChoose={(kind) => onFilter({ ...filter, kind })}
        />
        <Choice
          label="Outcome"
          all="All outcomes"
          values={OUTCOMES}
          value={filter.outcome}
          onChoose={(outcome) => onFilter({ ...filter, outcome })}
        />
      </search>
      {onTrigger !== null && (
        <button class="primary trigger" aria-label="Trigger a sample" title="Trigger a sample" onClick={onTrigger}>
          <Icon name="send" />
          <span>Trigger a sample</span>
        </button>
      )}
    </header>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly all: string
  readonly values: readonly string[]
  readonly value: string
  readonly onChoose: (value: string) => void
}

/** The chosen value stays in the list, also where no task has it any more. */
function Choice({ label, all, values, value, onChoose }: ChoiceProps) {
  const options = value === '' || values.includes(value) ? values : [...values, value]
  return (
    <select aria-label={label} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
      <option value="">{all}</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {option === 'none' ? 'no kind' : option}
        </option>
      ))}
    </select>
  )
}
