import { toResponse, type Logger, type Outcome, type SunoEvent } from 'suno-callbacks'
import { printLine, printLog, styleOf } from './print.js'

export function printEvent(event: SunoEvent): void {
  const { type, kind, taskId } = event
  printLine({ name: type, kind, taskId, detail: whatMatters(event), style: type === 'error' ? 'yellow' : 'cyan' })
}

/** `answered`: the HTTP status that the sender received. */
export function printOutcome(outcome: Outcome, answered = toResponse(outcome).status): void {
  const { status, kind, taskId } = outcome
  const detail = `HTTP ${String(answered)}${because(outcome)}`
  printLine({ name: `→ ${status}`, kind, taskId, detail, style: styleOf(answered) })
}

/** The library's log, as lines of the story. */
export const storyLogger: Logger = {
  error: (message, fields) => printLog('error', message + culprit(fields)),
  warn: (message, fields) => printLog('warn', message + culprit(fields)),
}

function whatMatters(event: SunoEvent): string {
  switch (event.type) {
    case 'music:text':
      return `order ${event.metadata.orderId ?? '-'}: lyrics are written, ${String(event.tracks.length)} tracks so far`
    case 'music:first':
    case 'music:complete': {
      const ready = event.tracks.filter((track) => track.audioUrl !== null)
      return `${String(ready.length)} ready: ${ready[0]?.audioUrl ?? 'none'}`
    }
    case 'lyrics:complete':
      return event.lyrics.map(({ title }) => `"${title ?? 'untitled'}"`).join(', ')
    case 'video:complete':
      return event.videoUrl
    case 'voice:ready':
      return `voice id ${event.voiceId}`
    case 'phrase:ready':
      return `to record: "${event.phrase}"`
    case 'wav:complete':
      return event.audioWavUrl
    case 'stems:complete':
      return `${String(Object.values(event.stems).filter((url) => url !== null).length)} stems: ${event.stems.vocalUrl ?? 'no voice'}`
    case 'midi:complete':
      return `the notes of ${event.instruments.map(({ name }) => name ?? 'somebody').join(', ')}`
    case 'cover:complete':
      return `${String(event.images.length)} images: ${event.images[0] ?? 'none'}`
    case 'recovery:complete':
      return `${String(event.recovered.length)} recovered: ${event.recovered[0]?.audioUrl ?? 'none'}`
    case 'error':
      return `${event.reason} (${String(event.code)}): ${event.message ?? ''}`
    case 'unknown':
      return `kept in event.raw: ${JSON.stringify(event.raw)}`
  }
}

function because(outcome: Outcome): string {
  switch (outcome.status) {
    case 'rejected':
      return ` ${outcome.reason}, ${outcome.error.code}`
    case 'failed':
      return 'errors' in outcome.error ? `, a listener threw: ${outcome.error.errors.map(messageOf).join(', ')}` : ''
    case 'in-flight':
    case 'deadline':
    case 'unavailable':
      return `, try again in ${String(outcome.retryAfterMs / 1000)} s`
    case 'duplicate':
      return ', no listener was called'
    case 'stale':
      return ', its song is complete: no listener was called'
    case 'handled':
    case 'handed-off':
    case 'ignored':
      return ''
  }
}

function culprit(fields: Readonly<Record<string, unknown>> = {}): string {
  const { listener, error } = fields
  return typeof listener === 'string' ? ` (${listener}: ${messageOf(error)})` : ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
