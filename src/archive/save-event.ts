import type { Kind, SunoEvent } from '../events/types.js'
import { linkedSignal } from '../polling/abort.js'
import { ArchiveError, type Archived, type ArchivedFile } from './archived.js'
import type { ArchiverSettings } from './archiver-options.js'
import { FileFault } from './file-fault.js'
import { filesOf, type PlannedFile } from './files-of.js'
import { MANIFEST } from './key-of.js'
import { lookUp } from './look-up.js'
import { planKeys } from './plan-keys.js'
import { saveFile, toFault, toMissing, type SaveContext } from './save-file.js'
import type { Slots } from './slots.js'
import { storeBytes } from './store-bytes.js'

export interface SaveEventContext {
  readonly settings: ArchiverSettings
  readonly slots: Slots
  readonly signal: AbortSignal | undefined
  readonly onBytes: SaveContext['onBytes']
  readonly onFile: (file: ArchivedFile) => void
}

/**
 * Stores all files of an event that are not stored, and then the manifest, which says what there is.
 *
 * @throws ArchiveError
 */
export async function saveEvent(event: SunoEvent, context: SaveEventContext): Promise<Archived> {
  const planned = filesOf(event, context.settings.include)
  if (planned.length === 0) return { taskId: event.taskId, files: [] }
  const keys = planKeys(event, planned, context.settings.key)
  const full = new AbortController()
  const linked = linkedSignal(context.signal, full.signal)
  const { signal } = linked
  const files = { ...context, event, keys, signal, freshEvent: freshEventOnce(event, context.settings, signal) }
  const archived = await saveAll(planned, files, full).finally(() => linked.release())
  if (archived.files.some(({ error }) => error !== null)) throw new ArchiveError(archived)
  return archived
}

type Files = SaveContext & Pick<SaveEventContext, 'onFile'>

async function saveAll(planned: readonly PlannedFile[], context: Files, full: AbortController): Promise<Archived> {
  const { taskId } = context.event
  const files = await Promise.all(planned.map((file) => saveOne(file, context, full)))
  // What is gone will not come: the manifest says so, instead of waiting for ever.
  const isUnfinished = files.some(({ status }) => status === 'failed')
  const unsaved = isUnfinished ? [] : await saveManifest({ taskId, files }, context)
  return { taskId, files: [...files, ...unsaved] }
}

async function saveOne(file: PlannedFile, context: Files, full: AbortController): Promise<ArchivedFile> {
  const saved = await saveFile(file, context)
  context.onFile(saved)
  // Nothing else of the event will fit either.
  if (saved.error?.code === 'DISK_FULL') full.abort(new FileFault('DISK_FULL', saved.error.message))
  return saved
}

/** The files may need it one after the other, or all at once. Without it they are where they were. */
function freshEventOnce(
  event: SunoEvent,
  { poller, logger }: ArchiverSettings,
  signal: AbortSignal,
): SaveContext['freshEvent'] {
  let fresh: Promise<SunoEvent | null> | undefined
  const ask = async () => {
    if (poller === undefined) return null
    const task = { kind: event.kind as Kind, taskId: String(event.taskId) }
    try {
      return await poller.read({ ...task, signal })
    } catch (error) {
      logger.warn('The record could not be asked for fresh links.', { ...task, error })
      return null
    }
  }
  return () => (fresh ??= ask())
}

/** Last, so that its being there says that all else is. It is written again only when something has changed. */
async function saveManifest(archived: Archived, context: SaveContext): Promise<ArchivedFile[]> {
  const { event, keys, slots, signal } = context
  try {
    const [{ key, format }] = keys.placesOf(MANIFEST)
    await slots.run(async () => {
      const isOld = archived.files.every(({ status }) => status === 'present')
      if (isOld && (await lookUp(key, context)) !== null) return
      await storeBytes(key, toManifest(archived, event), format.contentType, context)
    }, signal)
    return []
  } catch (error) {
    return [toMissing({ type: 'manifest', name: 'manifest', url: null }, toFault(error, signal))]
  }
}

function toManifest({ taskId, files }: Archived, event: SunoEvent): Uint8Array {
  const manifest = { version: 1, taskId, archivedAt: new Date(), files, event }
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
}
