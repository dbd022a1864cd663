import type { MusicEvent } from './music-event.js'
import { DEADLINE_MS, type HandleEvent } from './receiver.js'

/** Handles an event within the deadline: past it the answer is 503, and the listener goes on. For handlers of frameworks. */
export function withinDeadline(handle: HandleEvent, deadlineMs = DEADLINE_MS): HandleEvent {
  return (event: MusicEvent) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(503), deadlineMs)
      void handle(event).then((status) => {
        clearTimeout(timer)
        resolve(status)
      })
    })
}
