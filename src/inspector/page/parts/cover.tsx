import { useState } from 'preact/hooks'
import type { Kind } from '../../../events/types.js'
import { safeUrl } from '../../safe-url.js'
import { Icon } from './icon.js'

interface CoverProps {
  readonly url: string | null
  readonly kind: Kind | null
  readonly size: 'small' | 'large'
}

/** The picture of a task; the sign of its kind where there is none, or where it cannot be loaded. */
export function Cover({ url, kind, size }: CoverProps) {
  const [failed, setFailed] = useState<string | null>(null)
  const source = safeUrl(url)
  return (
    <span class={`cover cover-${size}`}>
      {source === null || source === failed ? (
        <Icon name={kind ?? 'none'} />
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
