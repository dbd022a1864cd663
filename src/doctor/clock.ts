import type { Answered } from './ask.js'

/** How far the clock of the server is ahead of this machine's, in seconds; NaN where its answer does not say what time it is there. */
export function secondsAhead({ headers }: Answered): number {
  return Math.round((Date.parse(String(headers.date)) - Date.now()) / 1000)
}

/** `600 s behind this machine's`. */
export function clockText(seconds: number): string {
  return `${String(Math.abs(seconds))} s ${seconds < 0 ? 'behind' : 'ahead of'} this machine's`
}
