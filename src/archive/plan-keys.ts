import type { SunoEvent } from '../events/types.js'
import { FileFault } from './file-fault.js'
import type { PlannedFile } from './files-of.js'
import type { Format } from './format.js'
import { formatsOf, JSON_FORMAT } from './formats-of.js'
import { keyOf, MANIFEST, type KeyOf, type NamedFile } from './key-of.js'

/** Where a file is, if it has this format. */
export interface Place {
  readonly key: string
  readonly format: Format
}

export interface KeyPlan {
  /**
   * The places of one of the files, or of `MANIFEST`: one for each format that it may have.
   *
   * @throws FileFault `KEY_INVALID`
   */
  placesOf(file: NamedFile): readonly [Place, ...Place[]]
}

/**
 * The keys of all files of an event, asked for once. Two that could have the same key are refused both, whatever their formats turn out to
 * be, so that every try says the same, and what is stored of the one is never taken for the other.
 */
export function planKeys(event: SunoEvent, files: readonly PlannedFile[], toKey: KeyOf): KeyPlan {
  const places = new Map<NamedFile, readonly Place[] | FileFault>(
    files.map((file) => [file, tryPlaces(file, formatsOf(file), event, toKey)]),
  )
  places.set(MANIFEST, tryPlaces(MANIFEST, [JSON_FORMAT], event, toKey))
  const owners = ownersOf(places)
  return {
    placesOf(file) {
      const own = places.get(file) as readonly [Place, ...Place[]] | FileFault
      if (own instanceof FileFault) throw own
      const sharing = own.flatMap(({ key }) => owners.get(toSlot(key)) as readonly NamedFile[])
      const other = sharing.find((owner) => owner !== file)
      if (other === undefined) return own
      throw new FileFault(
        'KEY_INVALID',
        `key(file): ${describe(other)} has the same key, capitals aside, so that one of the two would be lost. Let the key hold name, which each file of a type has for itself, with type or extension.`,
      )
    },
  }
}

function tryPlaces(file: NamedFile, formats: readonly Format[], event: SunoEvent, toKey: KeyOf) {
  try {
    return formats.map((format) => ({ key: keyOf(event, file, format.extension, toKey), format }))
  } catch (error) {
    return error as FileFault
  }
}

function ownersOf(
  places: ReadonlyMap<NamedFile, readonly Place[] | FileFault>,
): ReadonlyMap<string, readonly NamedFile[]> {
  const owners = new Map<string, NamedFile[]>()
  for (const [file, own] of places) {
    if (own instanceof FileFault) continue
    for (const { key } of own) owners.set(toSlot(key), [...(owners.get(toSlot(key)) ?? []), file])
  }
  return owners
}

/** Not every disk tells capitals from small letters. */
function toSlot(key: string): string {
  return key.toLowerCase()
}

function describe({ type, name }: NamedFile): string {
  return type === 'manifest' ? 'the manifest' : `${type} ${name}`
}
