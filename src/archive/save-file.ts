import type { Kind, SunoEvent } from '../events/types.js'
import { pause } from '../polling/abort.js'
import type { ArchivedFile } from './archived.js'
import type { ArchiverSettings } from './archiver-options.js'
import { callDestination } from './call-destination.js'
import { download } from './download.js'
import { FileFault, isDead, isFinal, isFinalForLink } from './file-fault.js'
import { filesOf, type LinkedFile, type PlannedFile } from './files-of.js'
import { findStored, type KeptFile } from './find-stored.js'
import { midiFile } from './midi-file.js'
import type { KeyPlan, Place } from './plan-keys.js'
import type { Slots } from './slots.js'
import { storeBytes } from './store-bytes.js'

export interface SaveContext {
  readonly event: SunoEvent
  readonly settings: ArchiverSettings
  readonly keys: KeyPlan
  readonly slots: Slots
  readonly signal: AbortSignal
  /** How far a file is. */
  readonly onBytes: (file: PlannedFile, bytes: number, announced: number | null) => void
  /** The links of now, asked for when those of the event are used up; once for all files of the event. */
  readonly freshEvent: () => Promise<SunoEvent | null>
}

/** Brings a file to its destination, unless it is there. Never rejects: what went wrong is in the result. */
export async function saveFile(file: PlannedFile, context: SaveContext): Promise<ArchivedFile> {
  const details = { type: file.type, name: file.name, url: 'links' in file ? (file.links[0] as string) : null }
  try {
    const present = await findInSlot(file, context)
    if (present !== null) return { ...details, status: 'present', ...present, error: null }
    return { ...details, ...(await fetchOrMake(file, context)), status: 'stored', error: null }
  } catch (error) {
    return toMissing(details, toFault(error, context.signal))
  }
}

function findInSlot(file: PlannedFile, context: SaveContext): Promise<KeptFile | null> {
  const places = context.keys.placesOf(file)
  return context.slots.run(() => findStored(places, context), context.signal)
}

/** A file that is not stored. */
export function toMissing(
  details: Pick<ArchivedFile, 'type' | 'name' | 'url'>,
  { code, message, httpStatus }: FileFault,
): ArchivedFile {
  const none = { key: null, bytes: null, sha256: null, contentType: null }
  const status = code === 'GONE' ? 'gone' : 'failed'
  return { ...details, status, ...none, error: { code, message, httpStatus } }
}

async function fetchOrMake(file: PlannedFile, context: SaveContext): Promise<KeptFile & { readonly url?: string }> {
  if ('links' in file) return fetchFile(file, context)
  const { keys, slots, signal } = context
  const bytes = 'text' in file ? Buffer.from(`${file.text}\n`) : await midiFile(file.instruments)
  const [{ key, format }] = keys.placesOf(file)
  const { contentType } = format
  return { key, contentType, ...(await slots.run(() => storeBytes(key, bytes, contentType, context), signal)) }
}

/**
 * The first link several times, because file servers may lag behind the callback; then the others, once each; then those of the record.
 *
 * @throws FileFault
 */
async function fetchFile(file: LinkedFile, context: SaveContext): Promise<KeptFile & { readonly url: string }> {
  const faults: FileFault[] = []
  for (const [index, link] of file.links.entries()) {
    const result = await tryLink(link, index === 0 ? context.settings.tries : 1, file, context)
    if (!(result instanceof FileFault)) return result
    faults.push(result)
  }
  for (const link of await freshLinks(file, context)) {
    const result = await tryLink(link, 1, file, context)
    if (!(result instanceof FileFault)) return result
    faults.push(result)
  }
  throw verdict(faults, context.event)
}

/** @throws FileFault that is final */
async function tryLink(link: string, tries: number, file: LinkedFile, context: SaveContext) {
  for (let count = 1; ; count++) {
    try {
      return await context.slots.run(() => fetchLink(link, file, context), context.signal)
    } catch (error) {
      const fault = toFault(error, context.signal)
      if (isFinal(fault)) throw fault
      if (count >= tries || isFinalForLink(fault)) return fault
    }
    await pause(pauseMs(context.settings.pauseMs, count), context.signal)
  }
}

async function fetchLink(
  link: string,
  file: LinkedFile,
  context: SaveContext,
): Promise<KeptFile & { readonly url: string }> {
  const { event, settings, signal, onBytes } = context
  const places = context.keys.placesOf(file)
  let key = ''
  const downloaded = await download(
    {
      link,
      promised: file.promised,
      onBytes: (bytes, announced) => onBytes(file, bytes, announced),
      put: async (format, bytes, announced) => {
        key = (places.find((place) => place.format === format) as Place).key
        const info = { taskId: String(event.taskId), contentType: format.contentType, bytes: announced }
        await callDestination(() => settings.to.put(key, bytes, info))
      },
    },
    settings,
    signal,
  )
  return { key, url: link, ...downloaded }
}

/** 2, 6, 18, 54 s, each up to a fifth shorter or longer, so that the files of an event do not come back in step. */
function pauseMs(first: number, count: number): number {
  return Math.min(first * 3 ** (count - 1), LONGEST_PAUSE_MS) * (0.8 + 0.4 * Math.random())
}

const LONGEST_PAUSE_MS = 60_000

/** Those that the record has and the event has not. */
async function freshLinks(file: LinkedFile, { freshEvent, settings }: SaveContext): Promise<readonly string[]> {
  const event = await freshEvent()
  const files = event === null ? [] : filesOf(event, settings.include)
  const same = files.find(({ type, name }) => type === file.type && name === file.name)
  return same === undefined || !('links' in same) ? [] : same.links.filter((link) => !file.links.includes(link))
}

/** What is said of a file none of whose links has led anywhere: gone, where no other try can bring it, else what became of its first link. */
function verdict(faults: readonly FileFault[], event: SunoEvent): FileFault {
  const [first] = faults as [FileFault]
  const remedy = remedyFor(event.kind as Kind)
  const expiresAt = 'expiresAt' in event && event.expiresAt.getTime() < Date.now() ? event.expiresAt : null
  const dead = faults.find(isDead)
  if (dead !== undefined) {
    const isGone = expiresAt !== null || faults.every((fault) => isDead(fault) || isFinalForLink(fault))
    return isGone ? new FileFault('GONE', `All links are dead. ${remedy}`, { httpStatus: dead.httpStatus }) : first
  }
  // What this archive itself refuses may be there still.
  if (expiresAt === null || faults.some(isFinalForLink)) return first
  const day = expiresAt.toISOString().slice(0, 10)
  return new FileFault(
    'GONE',
    `The provider kept it until ${day}, and no link brings it now: ${first.message} ${remedy}`,
  )
}

function remedyFor(kind: Kind): string {
  return kind === 'music'
    ? 'POST /api/v1/suno/recovery with its sunoTaskId makes new links of a song; the archive never calls it, because it costs credits.'
    : 'Submit the task again; the archive never does, because it costs credits.'
}

/** What is no fault of ours is a bug of ours, or one of an observer: never the end of the other files. */
export function toFault(error: unknown, signal: AbortSignal): FileFault {
  if (error instanceof FileFault) return error
  if (signal.aborted) {
    return new FileFault('ABORTED', 'The archive was told to stop.', { cause: signal.reason })
  }
  return new FileFault('DESTINATION_FAILED', 'The file could not be stored.', { cause: error })
}
