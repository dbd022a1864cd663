import type { Kind, SunoEvent } from '../events/types.js'
import type { ArchiverSettings } from './archiver-options.js'
import { filesOf, type PlannedFile } from './files-of.js'
import { planKeys, type KeyPlan } from './plan-keys.js'

/** What the list of due events keeps of one: never the event, whose body may have a megabyte. */
export interface DueEntry {
  readonly taskId: string
  readonly kind: Kind
  readonly key: string
  readonly expiresAt: Date
  /** For each file the keys that it may be under; none where its keys are refused. */
  readonly files: readonly (readonly string[])[]
}

/** Null for an event whose links do not die. */
export function toDueEntry(event: SunoEvent, settings: Pick<ArchiverSettings, 'include' | 'key'>): DueEntry | null {
  if (!('expiresAt' in event)) return null
  const { taskId, kind, key, expiresAt } = event
  const files = filesOf(event, settings.include)
  const plan = planKeys(event, files, settings.key)
  return { taskId, kind, key, expiresAt, files: files.map((file) => keysOf(file, plan)) }
}

function keysOf(file: PlannedFile, plan: KeyPlan): readonly string[] {
  try {
    return plan.placesOf(file).map(({ key }) => key)
  } catch {
    return []
  }
}
