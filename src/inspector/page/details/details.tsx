import type { About, TaskRow } from '../../wire.js'
import { titleOf } from '../model/title.js'
import { Icon } from '../parts/icon.js'
import { Deliveries } from './deliveries.js'
import { FailureNote } from './failure-note.js'
import { Files } from './files.js'
import { MediaView } from './media-view.js'
import { RecordNote } from './record-note.js'
import { TaskHead } from './task-head.js'
import { useDetails, type Loaded } from './use-details.js'

interface DetailsProps {
  readonly id: string
  readonly row: TaskRow | undefined
  readonly about: About | null
  readonly onClose: () => void
  /** Opens the task in which an action shows. */
  readonly onOpen: (id: string) => void
}

/** An opened task. */
export function Details({ id, row, about, onClose, onOpen }: DetailsProps) {
  const loaded = useDetails(id, row)
  const shown = loaded.status === 'loaded' ? loaded.details.row : row
  return (
    <section id="details" class="details" aria-label={shown === undefined ? 'Task' : titleOf(shown)} tabIndex={-1}>
      <button class="quiet details-close" onClick={onClose}>
        <Icon name="back" />
        <span>All tasks</span>
      </button>
      {shown !== undefined && about !== null && <TaskHead row={shown} about={about} />}
      <Body loaded={loaded} about={about} onOpen={onOpen} />
    </section>
  )
}

interface BodyProps {
  readonly loaded: Loaded
  readonly about: About | null
  readonly onOpen: (id: string) => void
}

function Body({ loaded, about, onOpen }: BodyProps) {
  if (loaded.status === 'loading') return <p class="faint">Loading …</p>
  if (loaded.status === 'failed') return <p class="problem">{loaded.message}</p>
  const { failure, media, record, files, deliveries, row } = loaded.details
  return (
    <>
      {failure !== null && <FailureNote failure={failure} />}
      {media !== null && <MediaView media={media} kind={row.kind} />}
      {record !== null && <RecordNote record={record} />}
      {files !== null && <Files files={files} />}
      <Deliveries
        deliveries={deliveries}
        total={row.deliveryCount}
        canReplay={about?.canReplay === true}
        onOpen={onOpen}
      />
    </>
  )
}
