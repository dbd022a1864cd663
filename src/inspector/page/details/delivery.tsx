import { useState } from 'preact/hooks'
import type { DeliveryDetails } from '../../wire.js'
import { formatDuration, formatInstant, formatTime } from '../model/format.js'
import { replay } from '../model/requests.js'
import { CopyButton } from '../parts/copy-button.js'
import { OutcomeBadge } from '../parts/outcome-badge.js'
import { useAction } from '../parts/use-action.js'
import { ErrorNote } from './error-note.js'
import { JsonView } from './json-view.js'
import { Listeners } from './listeners.js'

interface DeliveryProps {
  readonly delivery: DeliveryDetails
  readonly isFirst: boolean
  readonly canReplay: boolean
  readonly onOpen: (id: string) => void
}

/** One attempt at a callback, a record, or a replay. What is closed is not drawn. */
export function Delivery({ delivery, isFirst, canReplay, onOpen }: DeliveryProps) {
  const [isOpen, setOpen] = useState(isFirst)
  const { at, source, type, outcome, httpStatus, durationMs } = delivery
  return (
    <details class="delivery" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <time class="number" dateTime={new Date(at).toISOString()} title={formatInstant(at)}>
          {formatTime(at)}
        </time>
        <span class="delivery-type">{type ?? 'no event'}</span>
        <span class="faint delivery-source">{source}</span>
        <OutcomeBadge outcome={outcome} httpStatus={httpStatus} />
        <span class="number delivery-duration">{formatDuration(durationMs)}</span>
      </summary>
      {isOpen && <Inside delivery={delivery} canReplay={canReplay} onOpen={onOpen} />}
    </details>
  )
}

function Inside({ delivery, canReplay, onOpen }: Omit<DeliveryProps, 'isFirst'>) {
  const { meaning, error, issues, listeners, metadata, body, event, copies, key } = delivery
  const facts = [...(key === null ? [] : [['key', key] as const]), ...Object.entries(metadata)]
  return (
    <div class="delivery-inside">
      <p>{meaning}</p>
      {error !== null && <ErrorNote error={error} />}
      {issues.length > 0 && (
        <ul class="issues" aria-label="Why the body has no known shape">
          {issues.map((issue, index) => (
            <li key={index}>
              <code>{issue}</code>
            </li>
          ))}
        </ul>
      )}
      {listeners.length > 0 && <Listeners listeners={listeners} />}
      {facts.length > 0 && (
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {body !== null && <JsonView name="Body" json={body} />}
      {event !== null && <JsonView name="Event" json={event} />}
      <div class="buttons">
        {canReplay && delivery.canReplay && <ReplayButtons id={delivery.id} onOpen={onOpen} />}
        {copies !== null && <CopyButton label="Copy as curl" text={copies.curl} done="The curl command is copied." />}
        {copies !== null && <CopyButton label="Copy as a test" text={copies.test} done="The test is copied." />}
      </div>
    </div>
  )
}

function ReplayButtons({ id, onOpen }: { readonly id: string; readonly onOpen: (id: string) => void }) {
  const [isBusy, run] = useAction()
  const runAgain = async (asNew: boolean): Promise<void> => {
    const answer = await run(() => replay({ deliveryId: id, asNew }))
    if (answer?.id != null) onOpen(answer.id)
  }
  return (
    <>
      <button disabled={isBusy} onClick={() => void runAgain(false)}>
        Run again
      </button>
      <button
        disabled={isBusy}
        title="Under a fresh task id: its listeners run in any case"
        onClick={() => void runAgain(true)}
      >
        Run again as new
      </button>
    </>
  )
}
