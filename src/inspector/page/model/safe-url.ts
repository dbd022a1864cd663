const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** The address if it is `https:`, or `http:` of this machine. The server has checked it; nothing else becomes a link here either. */
export function safeUrl(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname)) ? url : null
}
