import { useState } from 'preact/hooks'
import { safeUrl } from '../../safe-url.js'
import { Icon, type IconName } from './icon.js'

interface CoverProps {
  readonly url: string | null
  readonly kind: string | null
  readonly size: 'small' | 'large'
}

/** The picture of a task; the sign of its kind where there is none, or where it cannot be loaded. */
export function Cover({ url, kind, size }: CoverProps) {
  const [failed, setFailed] = useState<string | null>(null)
  const source = safeUrl(url)
  return (
    <span class={`cover cover-${size}`}>
      {source === null || source === failed ? (
        <Icon name={(kind ?? 'none') as IconName} />
      ) : (
        <img
          src={source}
          alt=""
          loading="lazy"
          decoding="async"
          referrerpolicy="no-referrer"
          onError={() => setFailed(source)}
        />
      )}
    </span>
  )
}
