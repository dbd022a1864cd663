import { useCallback, useEffect, useState } from 'preact/hooks'

/**
 * The opened task, from the fragment of the address: it outlives a reload, and "back" of a phone closes it.
 * @returns its id or null, and what opens another or none
 */
export function useOpenTask(): [string | null, (id: string | null) => void] {
  const [id, setId] = useState(readHash)
  useEffect(() => {
    const listener = (): void => setId(readHash())
    addEventListener('hashchange', listener)
    return () => removeEventListener('hashchange', listener)
  }, [])
  const open = useCallback((next: string | null) => {
    // Going from task to task, and closing, leaves no trail in the history.
    const hash = next === null ? location.pathname + location.search : `#${encodeURIComponent(next)}`
    if (readHash() === null && next !== null) history.pushState(null, '', hash)
    else history.replaceState(null, '', hash)
    setId(next)
  }, [])
  return [id, open]
}

function readHash(): string | null {
  try {
    return decodeURIComponent(location.hash.slice(1)) || null
  } catch {
    return null
  }
}
