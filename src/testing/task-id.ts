import { randomBytes } from 'node:crypto'

/** As the provider makes them: 32 hex digits. */
export function newTaskId(): string {
  return randomBytes(16).toString('hex')
}

/** The body with another task id, wherever it names its own. */
export function renameTask(json: string, from: string, to: string): unknown {
  return JSON.parse(json, (_, value: unknown) => (value === from ? to : value))
}
