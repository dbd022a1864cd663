import type { PageRequest } from './page-request.js'

/** What a path asks for. */
export type PageRoute =
  | { readonly to: 'document' | 'tasks' | 'events' | 'nothing' }
  /** The document's address without its slash, which relative links need. `location` is relative too: a proxy may have stripped more. */
  | { readonly to: 'slash'; readonly location: string }
  | { readonly to: 'task'; readonly id: string }
  | { readonly to: Action }

export type Action = 'replay' | 'trigger' | 'poll'

/**
 * By what is below the mount. Where that is not known, the end of the path decides: all links of the page are relative, so that it need
 * not know where it is.
 */
export function routeOf({ path, below }: Pick<PageRequest, 'path' | 'below'>): PageRoute {
  const parts = (below ?? path).split('/')
  const last = parts.at(-1) as string // There is always one.
  const isTask = parts.at(-2) === 'tasks' && last !== ''
  if (below !== null) {
    if (below === '') return toSlash(path)
    if (parts.length > (isTask ? 3 : 2)) return { to: 'nothing' }
  }
  if (last === '') return { to: 'document' }
  if (isTask) return { to: 'task', id: last }
  switch (last) {
    case 'tasks':
    case 'events':
    case 'replay':
    case 'trigger':
    case 'poll':
      return { to: last }
    default:
      return below === null ? toSlash(path) : { to: 'nothing' }
  }
}

function toSlash(path: string): PageRoute {
  return { to: 'slash', location: `./${path.slice(path.lastIndexOf('/') + 1)}/` }
}
