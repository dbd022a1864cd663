/**
 * An address that the page may load pictures and sound from: https, or http of this machine, as the media of a simulated provider
 * are. Null for all else, such as `javascript:` and `data:`. The page asks once more, so that nothing else becomes a link there.
 */
export function safeUrl(text: string | null | undefined): string | null {
  if (text === null || text === undefined || !URL.canParse(text)) return null
  const { protocol, hostname, username, password, href } = new URL(text)
  if (username !== '' || password !== '') return null
  const isSafe = protocol === 'https:' || (protocol === 'http:' && THIS_MACHINE.has(hostname))
  return isSafe ? href : null
}

/** What the content security policy names too. */
const THIS_MACHINE: ReadonlySet<string> = new Set(['localhost', '127.0.0.1'])
