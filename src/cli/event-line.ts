import type { SunoEvent } from '../events/types.js'
import { oneLine } from '../log/log-fields.js'

/** `music:complete     music     5c79…be8e` */
export function nameColumns({
  type,
  kind,
  taskId,
}: Readonly<Record<'type' | 'kind' | 'taskId', string | null>>): string {
  return [(type ?? '-').padEnd(17), (kind ?? '-').padEnd(8), oneLine(taskId ?? '-').padEnd(8)].join('  ')
}

/** `14:32:15  music:complete     music     5c79…be8e  2 tracks, "Harbour Lantern"`, of an event that comes now. */
export function eventLine(event: SunoEvent): string {
  return [timeOf(new Date()), nameColumns(event), detailOf(event)].join('  ').trimEnd()
}

/** What matters of an event, in a few words. */
export function detailOf(event: SunoEvent): string {
  if (event.type === 'error') {
    return oneLine([event.reason, event.message].filter((part) => part !== null).join(': '))
  }
  if (event.type === 'unknown') return oneLine(String(event.issues[0]))
  if (!('tracks' in event)) return ''
  const title = event.tracks[0]?.title ?? null
  const count = `${String(event.tracks.length)} ${event.tracks.length === 1 ? 'track' : 'tracks'}`
  return title === null ? count : `${count}, ${oneLine(JSON.stringify(title))}`
}

/** `14:32:15`, of the machine's own clock. */
export function timeOf(date: Date): string {
  return date.toTimeString().slice(0, 8)
}

/** `3 s`, `5 min`, `2 h` since then. */
export function ageOf(since: number): string {
  const seconds = Math.floor((performance.now() - since) / 1000)
  if (seconds < 120) return `${String(seconds)} s`
  return seconds < 7_200 ? `${String(Math.floor(seconds / 60))} min` : `${String(Math.floor(seconds / 3_600))} h`
}
