import { join } from 'node:path'
import { archiver, directory, type Archive, type ArchiveError, type FileType } from '../../archive/index.js'
import { FILE_TYPES, filesOf } from '../../archive/files-of.js'
import { defaultKey, keyOf, MANIFEST } from '../../archive/key-of.js'
import type { Kind, SunoEvent } from '../../events/types.js'
import { ArchiveProgress } from '../archive-progress.js'
import { defineCommand } from '../command.js'
import { eventRecord } from '../event-data.js'
import { eventLine } from '../event-line.js'
import { readKind, readNumber } from '../read-values.js'
import { reportArchive, writeFailure, type Reporting } from '../report-archive.js'
import { TaskWatch, WATCH_OPTIONS } from '../task-watch.js'
import { UsageError } from '../usage-error.js'

export const archive = defineCommand({
  name: 'archive',
  summary: 'keeps the files of tasks in a folder, before their links die',
  usage: '<kind> <task id> [<task id> …] --to <folder> [options]',
  about: `Asks the provider (SUNO_API_KEY, SUNO_API_BASE_URL) for the record of each task until its last event is there, and stores its
files, each checked to be whole and what it should be, and a manifest last, whose path is printed. What is stored already is not
fetched again. Exit code 1: a file is missing, or a task has failed, has no files, is unknown to the provider, or was not over in time.`,
  takes: { least: 2, most: Infinity },
  options: {
    to: { type: 'string', value: '<folder>', help: 'where the files go; it is made where it is not there' },
    include: {
      type: 'string',
      multiple: true,
      value: '<type>',
      help: `only these: ${FILE_TYPES.join(', ')}; may be given several times (all)`,
    },
    tries: {
      type: 'string',
      value: '<n>',
      help: 'how often the first link of a file is tried, with growing pauses (5)',
    },
    'max-file-bytes': { type: 'string', value: '<n>', help: 'larger files are refused (209715200)' },
    'allow-private': {
      type: 'boolean',
      help: 'links to private addresses, and http there: a provider on this machine',
    },
    ...WATCH_OPTIONS,
  },

  async run({ options, positionals: [name, ...taskIds] }, context) {
    const { output } = context
    const kind = readKind(name, 'suno-callbacks archive')
    if (WITHOUT_FILES.has(kind)) throw new UsageError(`A task of ${kind} has no files: there is nothing to keep of it.`)
    const { to: folder } = options
    if (folder === undefined)
      throw new UsageError('--to is missing: the folder that the files go to, such as --to songs.')
    const include = (options.include ?? FILE_TYPES) as readonly FileType[] // checked by archiver
    const watch = new TaskWatch({ kind, taskIds, options }, context)
    const files = archiver({
      to: directory(folder),
      include,
      tries: readNumber('--tries', options.tries),
      maxFileBytes: readNumber('--max-file-bytes', options['max-file-bytes']),
      allowPrivate: options['allow-private'],
      poller: watch.poller,
      logger: false,
    })
    const progress = new ArchiveProgress()
    reportArchive(files, { folder, progress, output })
    watch.suno.on('*', taken)

    const exitCode = await watch.run({
      finish: (event) => save(event, files, { folder, include, progress, output, signal: watch.signal }),
      toText: () => progress.toText(),
      toBars: () => progress.toBars(),
    })
    output.talk(progress.toSummary())
    return exitCode
  },
})

const WITHOUT_FILES: ReadonlySet<Kind> = new Set(['voice', 'phrase'])

/** An event is handled as soon as it is there: storing its files may take longer than a listener has. */
function taken(): void {
  // Nothing is to be done with it here.
}

/** What the files of a task are stored with. */
interface Saving extends Reporting {
  readonly include: readonly FileType[]
  readonly signal: AbortSignal
}

/** Stores the files of a task's last event. Answers whether all of them are there. */
async function save(event: SunoEvent, archive: Archive, saving: Saving): Promise<boolean> {
  const { folder, include, progress, output, signal } = saving
  const { kind, taskId } = event
  const count = filesOf(event, include).length
  if (count === 0) {
    output.data(eventRecord(event), eventLine(event))
    if (event.type !== 'error') output.talk(`${String(kind)} ${String(taskId)}: there is no file to store.`)
    return false
  }
  progress.plan(count)
  const error = await archive.save(event, { signal }).then(
    () => null,
    (failure: unknown) => failure as ArchiveError, // nothing else comes of an event of our own
  )
  if (error !== null) writeFailure(error, folder, output)
  const isUnfinished = error !== null && error.files.some(({ status }) => status === 'failed')
  if (!isUnfinished) {
    const path = join(folder, keyOf(event, MANIFEST, 'json', defaultKey))
    output.data({ record: 'manifest', taskId, path }, path)
  }
  return error === null
}
