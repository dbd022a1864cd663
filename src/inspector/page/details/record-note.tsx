import type { RecordState } from '../../wire.js'
import { Age } from '../parts/times.js'

const MEANINGS: Readonly<Record<RecordState['status'], string>> = {
  done: 'It had the event, which was handed on.',
  known: 'Its last event was handled before: the provider was not asked.',
  running: 'The task is still running.',
  missing: 'The provider knows no such task.',
  failed: 'It had the event, which could not be handled.',
  unanswered: 'The provider did not answer.',
  overdue: 'The task is too old, and is not asked for any more.',
}

/** The last look at the record of the task. */
export function RecordNote({ record }: { readonly record: RecordState }) {
  return (
    <section class="note" aria-label="Record">
      <h3>Record</h3>
      <p>
        {MEANINGS[record.status]} {record.message}{' '}
        <span class="faint">
          <Age at={record.at} /> ago.
        </span>
      </p>
    </section>
  )
}
