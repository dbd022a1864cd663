import { useState } from 'preact/hooks'
import { formatLength } from '../model/format.js'
import { safeUrl } from '../../safe-url.js'

interface AudioPlayerProps {
  readonly name: string
  readonly url: string | null
  /** Seconds. */
  readonly duration: number | null
}

/** A player that loads nothing before somebody plays it. */
export function AudioPlayer({ name, url, duration }: AudioPlayerProps) {
  const [failed, setFailed] = useState<string | null>(null)
  const source = safeUrl(url)
  return (
    <div class="player">
      <span class="player-name">{name}</span>
      {duration !== null && <span class="number">{formatLength(duration)}</span>}
      {source === null ? (
        <span class="faint">no link that can be played</span>
      ) : (
        <audio key={source} src={source} controls preload="none" aria-label={name} onError={() => setFailed(source)} />
      )}
      {failed !== null && failed === source && <span class="player-error">The file could not be loaded.</span>}
    </div>
  )
}
