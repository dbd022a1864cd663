import { ConfigurationError } from '../../errors/errors.js'
import type { SunoEvent } from '../../events/types.js'

/**
 * Two listeners of one name would take each other for done, and one effect would be missing. All listeners of an event are called
 * with the same object, one right after the other: so both are found before either has begun.
 *
 * @param name of the table and the listener
 * @throws ConfigurationError `LISTENER_NAME_TAKEN`
 */
export async function assertUniqueListenerName(name: string, event: SunoEvent, listener: object): Promise<void> {
  const names = called.get(event) ?? new Map<string, { listener: object; isShared: boolean }>()
  called.set(event, names)
  const first = names.get(name) ?? { listener, isShared: false }
  names.set(name, first)
  if (first.listener !== listener) first.isShared = true
  await Promise.resolve()
  if (!first.isShared) return
  throw new ConfigurationError(
    'LISTENER_NAME_TAKEN',
    `Two listeners of ${event.type} have the same name with exactlyOnce (table and name: ${name}). Give each its own: ` +
      'the database tells by the name which of them is done.',
  )
}

/** Which listeners each event was given to, by table and name. */
const called = new WeakMap<SunoEvent, Map<string, { readonly listener: object; isShared: boolean }>>()
