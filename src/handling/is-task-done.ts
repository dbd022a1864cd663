import { toKey } from '../events/key.js'
import { kinds } from '../events/kinds/index.js'
import type { Kind } from '../events/types.js'
import type { Settings } from '../options/options.js'
import type { TaskName } from '../polling/task-list.js'
import { isDone } from './lease.js'

/**
 * Whether the store knows the task's last event as done, be it the result or the error. Best effort: a store that fails, is slow, or has
 * no `isDone` knows nothing. Never rejects.
 */
export async function isTaskDone(
  { kind, taskId }: TaskName,
  { store, name }: Pick<Settings, 'store' | 'name'>,
): Promise<boolean> {
  const keys = [...lastStagesOf(kind), 'error'].map((stage) => toKey({ name, kind, stage, id: taskId }))
  const answers = await Promise.all(keys.map((key) => isDone(store, key)))
  return answers.includes(true)
}

/** None for phrases: a task can have several, and only who has the phrase knows the key of its event. */
function lastStagesOf(kind: Kind): readonly string[] {
  return kind === 'phrase' ? [] : kinds[kind].events.slice(-1).map((type) => type.slice(type.indexOf(':') + 1))
}
