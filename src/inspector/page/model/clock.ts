import { useEffect, useState } from 'preact/hooks'

const listeners = new Set<() => void>()

setInterval(() => {
  if (!document.hidden) for (const listener of listeners) listener()
}, 1_000)

/**
 * A text that depends on the time, such as an age. It is read each second, for all components by one timer; a component is rendered
 * again only when its text is another.
 */
export function useClock(read: (now: number) => string): string {
  const text = read(Date.now())
  const [, setText] = useState(text)
  useEffect(() => {
    const listener = (): void => setText(read(Date.now()))
    listeners.add(listener)
    return () => void listeners.delete(listener)
  })
  return text
}
