import type { MusicEvent } from './music-event.js'

/** What is done with an event. Its answer is 200 only once it has ended. */
export type Listener = (event: MusicEvent) => Promise<unknown>

/** Takes an event to its end, once, and answers the HTTP status. Never rejects. */
export type HandleEvent = (event: MusicEvent) => Promise<number>

/** Of a body, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024

/** How long a request may take, its body and its listener, in ms. */
export const DEADLINE_MS = 8000

/** How long a claim holds, in ms: longer than a listener takes, for it is not renewed. */
export const LEASE_MS = 5 * 60_000

/** How long a finished event is remembered, in ms. */
export const RETENTION_MS = 7 * 24 * 60 * 60_000

/** Where callbacks are posted to. */
export const PATH = '/suno/music'
