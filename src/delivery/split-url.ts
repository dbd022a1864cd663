/** A path, and its query without the question mark. By hand: what a client writes there need not be a URL. */
export function splitUrl(url: string): { readonly pathname: string; readonly query: string } {
  const relative = url.startsWith('/') ? url : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  const mark = relative.indexOf('?')
  if (mark === -1) return { pathname: relative, query: '' }
  return { pathname: relative.slice(0, mark), query: relative.slice(mark + 1) }
}
