import { useEffect, useRef } from 'preact/hooks'

interface FlashProps {
  /** Changes with what is shown. */
  readonly version: string
  /** Whether the first version is news already. */
  readonly isNews: boolean
}

const DURATION_MS = 1_200

/** A short glow over a row that changed; none for people who want no motion. */
export function Flash({ version, isNews }: FlashProps) {
  const element = useRef<HTMLSpanElement>(null)
  const seen = useRef(isNews ? null : version)
  useEffect(() => {
    if (seen.current === version) return
    seen.current = version
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    element.current?.animate({ opacity: [0.16, 0] }, { duration: DURATION_MS, easing: 'ease-out' })
  }, [version])
  return <span ref={element} class="flash" />
}
