import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import { isKind, KINDS } from '../events/kinds/index.js'
import type { TaskName } from './task-list.js'

/**
 * @param call begins the message
 * @throws ConfigurationError `KIND_UNKNOWN`, `TASK_INVALID`
 */
export function checkTask({ kind, taskId }: Readonly<Record<keyof TaskName, unknown>>, call: string): void {
  if (!isKind(kind)) {
    throw new ConfigurationError('KIND_UNKNOWN', noSuchName({ what: 'kind', name: kind, names: KINDS, call }))
  }
  if (typeof taskId !== 'string' || taskId.trim() === '' || taskId.length > LONGEST_ID) {
    throw new ConfigurationError('TASK_INVALID', `${call}: taskId must be the id that the provider gave the task.`)
  }
}

/** The providers' ids have 32 to 36 characters. */
const LONGEST_ID = 1024

export function isSignal(signal: unknown): boolean {
  return typeof (signal as Partial<AbortSignal> | null)?.aborted === 'boolean'
}
