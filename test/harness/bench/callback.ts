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

/** The provider's record of that task, with the tracks of its callback. */
export function recordBody(taskId: string): string {
  const sunoData = PAGE.data.data.map((track) =>
    Object.fromEntries(Object.entries(track).map(([field, value]) => [camelCase(field), value])),
  )
  const data = { taskId, status: 'SUCCESS', response: { taskId, sunoData }, errorCode: null, errorMessage: null }
  return JSON.stringify({ code: 200, msg: 'success', data })
}

/** Where the id stands in every body of a size: once in a callback, twice in a record. */
export function taskIdOffsets(body: string, taskId: string): readonly number[] {
  return [...body.matchAll(new RegExp(taskId, 'g'))].map(({ index }) => Buffer.byteLength(body.slice(0, index)))
}

/** An id as the provider makes them: 32 hex digits. */
export function toTaskId(run: string, index: number): string {
  return run + index.toString(16).padStart(32 - run.length, '0')
}

/** `audio_url` is `audioUrl` in a record. */
function camelCase(field: string): string {
  return field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

const LINE = ' Night city lights'

interface Page {
  readonly data: { readonly data: readonly { readonly prompt: string }[] }
}

const FIXTURE = new URL('test/fixtures/page-music.json', import.meta.resolve('suno-callbacks/package.json'))
const PAGE = (JSON.parse(readFileSync(FIXTURE, 'utf8')) as { readonly body: Page }).body
