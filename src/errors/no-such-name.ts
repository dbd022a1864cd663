import { nearest } from './nearest.js'

interface Lookup {
  /** What was looked for. */
  readonly what: 'command' | 'endpoint' | 'event' | 'file type' | 'kind' | 'model' | 'option' | 'provider'
  readonly name: unknown
  /** What there is. */
  readonly names: readonly string[]
  /** The call in which it stands, as users write it; begins the message. */
  readonly call?: string | undefined
  /** What may have been meant where no name is near. */
  readonly hint?: string | undefined
}

/** `handle(request): there is no kind "musik". Did you mean "music"? The kinds are: music, lyrics, ….` */
export function noSuchName({ what, name, names, call, hint }: Lookup): string {
  const there = call === undefined ? 'There' : `${call}: there`
  const near = typeof name === 'string' ? nearest(name, names) : undefined
  const remedy = near === undefined ? hint : `Did you mean ${JSON.stringify(near)}?`
  const list = `The ${what}s are: ${names.join(', ')}.`
  return [`${there} is no ${what} ${toText(name)}.`, remedy, list].filter((part) => part !== undefined).join(' ')
}

/** Short enough for a line of a log, whatever was passed. */
function toText(name: unknown): string {
  if (typeof name === 'string') return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name)
  return name === undefined || name === null ? String(name) : `of type ${typeof name}`
}
