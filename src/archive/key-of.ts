import type { Kind, Metadata, SunoEvent } from '../events/types.js'
import { codeOf } from '../errors/errors.js'
import { FileFault } from './file-fault.js'
import type { FileType, PlannedFile } from './files-of.js'
import { checkKey, readableName, safeName } from './key.js'

/** What a key is made of. All texts are safe to be part of one, whatever the provider or a title holds. */
export interface KeyInput {
  readonly taskId: string
  readonly kind: Kind
  readonly type: FileType | 'manifest'
  /** Its own among the files of its type of the event. */
  readonly name: string
  /** As the first bytes say: `mp3`, `m4a`, `wav`, `flac`, `ogg`, `mp4`, `jpg`, `png`, `webp`, `mid`, `txt`; `json` of the manifest. */
  readonly extension: string
  /** That of the track, for people to read: many tracks may have the same. Null where there is none. */
  readonly title: string | null
  readonly metadata: Metadata
}

export type KeyOf = (file: KeyInput) => string

export const defaultKey: KeyOf = ({ taskId, name, extension }) => `${taskId}/${name}.${extension}`

/** The part of a file that its key is made of. */
export type NamedFile = Pick<PlannedFile, 'name' | 'id' | 'title'> & { readonly type: KeyInput['type'] }

export const MANIFEST: NamedFile = { type: 'manifest', name: 'manifest', id: null, title: null }

/**
 * The key of a file of an event. It must name the task, the track or something of the caller's own: a file of another task under the same
 * key would be taken for this one, and never be fetched.
 *
 * @throws FileFault `KEY_INVALID`
 */
export function keyOf(event: SunoEvent, file: NamedFile, extension: string, toKey: KeyOf): string {
  const { type, name, id, title } = file
  const taskId = safeName(String(event.taskId))
  const metadata = Object.fromEntries(
    Object.entries(event.metadata).map(([key, value]) => [key, value === undefined ? undefined : safeName(value)]),
  )
  const key = ask(toKey, {
    taskId,
    kind: event.kind as Kind,
    type,
    name,
    extension,
    title: title === null ? null : readableName(title),
    metadata,
  })
  const own = [taskId, ...(id === null ? [] : [safeName(id)]), ...Object.values(metadata)]
  if (own.some((part) => part !== undefined && key.includes(part))) return key
  throw invalid(
    'key(file): the key must hold the task id, the id of the track, or a value of the metadata. Otherwise files of several tasks can have the same key, and the second is taken for stored.',
  )
}

function ask(toKey: KeyOf, input: KeyInput): string {
  try {
    const key: unknown = toKey(input)
    checkKey(key, 'key(file)')
    return key
  } catch (error) {
    const message = codeOf(error) === 'KEY_INVALID' ? (error as Error).message : 'key(file) threw an error.'
    throw invalid(message, error)
  }
}

function invalid(message: string, cause?: unknown): FileFault {
  return new FileFault('KEY_INVALID', message, { cause })
}
