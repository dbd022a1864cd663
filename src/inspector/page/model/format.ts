const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const INSTANT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const NUMBER = new Intl.NumberFormat('en')

/** A time of the day: `14:03:22`. */
export function formatTime(at: number): string {
  return TIME.format(at)
}

/** A day and a time. */
export function formatInstant(at: number): string {
  return INSTANT.format(at)
}

/** `12 s`, `3 min`, `5 h`, `3 d`. */
export function formatAge(ms: number): string {
  if (ms < SECOND) return 'now'
  if (ms < MINUTE) return inUnit(ms, SECOND, 's')
  if (ms < HOUR) return inUnit(ms, MINUTE, 'min')
  return ms < 2 * DAY ? inUnit(ms, HOUR, 'h') : inUnit(ms, DAY, 'd')
}

/** What is left, in two units: `13 d 4 h`, `9 min 12 s`. */
export function formatCountdown(ms: number): string {
  if (ms <= 0) return 'expired'
  if (ms >= DAY) return `${inUnit(ms, DAY, 'd')} ${inUnit(ms % DAY, HOUR, 'h')}`
  if (ms >= HOUR) return `${inUnit(ms, HOUR, 'h')} ${inUnit(ms % HOUR, MINUTE, 'min')}`
  return ms >= MINUTE ? `${inUnit(ms, MINUTE, 'min')} ${inUnit(ms % MINUTE, SECOND, 's')}` : inUnit(ms, SECOND, 's')
}

/** How long something took: `340 ms`, `1.2 s`, `3 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${String(Math.round(ms))} ms`
  return ms < MINUTE ? `${(ms / SECOND).toFixed(1)} s` : formatCountdown(ms)
}

/** The length of a song: `3:05`. */
export function formatLength(seconds: number): string {
  const whole = Math.round(seconds)
  return `${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, '0')}`
}

/** `812 B`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${String(bytes)} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** `1 task`, `1,200 tasks`. */
export function formatCount(count: number, noun: string): string {
  return `${NUMBER.format(count)} ${noun}${count === 1 ? '' : 's'}`
}

function inUnit(ms: number, unit: number, name: string): string {
  return `${String(Math.floor(ms / unit))} ${name}`
}
