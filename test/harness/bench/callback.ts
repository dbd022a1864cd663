import { readFileSync } from 'node:fs'

/**
 * The music `complete` callback of the provider's page as compact JSON, for a task of that id. With `bytes`, the lyrics of its tracks
 * are made longer until the body has about that size.
 */
export function callbackBody(taskId: string, bytes = 0): string {
  const { data, ...outer } = PAGE
  const missing = Math.max(0, bytes - JSON.stringify(PAGE).length)
  const more = LINE.repeat(Math.floor(missing / data.data.length / LINE.length))
  const tracks = data.data.map((track) => ({ ...track, prompt: track.prompt + more }))
  return JSON.stringify({ ...outer, data: { ...data, task_id: taskId, data: tracks } })
}

/** Where the id stands in every body of a size. */
export function taskIdOffset(body: string, taskId: string): number {
  return Buffer.byteLength(body.slice(0, body.indexOf(taskId)))
}

/** An id as the provider makes them: 32 hex digits. */
export function toTaskId(run: string, index: number): string {
  return run + index.toString(16).padStart(32 - run.length, '0')
}

const LINE = ' Night city lights'

interface Page {
  readonly data: { readonly data: readonly { readonly prompt: string }[] }
}

const FIXTURE = new URL('test/fixtures/page-music.json', import.meta.resolve('suno-callbacks/package.json'))
const PAGE = (JSON.parse(readFileSync(FIXTURE, 'utf8')) as { readonly body: Page }).body
