import type { Kind } from '../../../events/types.js'
import type { Media, TrackMedia } from '../../wire.js'
import { Cover } from '../parts/cover.js'
import { AudioPlayer } from './audio-player.js'
import { Lyrics } from './lyrics.js'

/** The songs of a task, each with its player. */
export function Tracks({ tracks, kind }: { readonly tracks: Media['tracks']; readonly kind: Kind | null }) {
  if (tracks.length === 0) return null
  return (
    <ol class="tracks" aria-label="Tracks">
      {tracks.map((track, index) => (
        <li key={track.id ?? index} class="track">
          <Cover url={track.imageUrl} kind={kind} size="small" />
          <div class="track-words">
            <AudioPlayer name={nameOf(track, index)} url={track.audioUrl} duration={track.duration} />
            <p class="faint track-facts">{factsOf(track).join(' · ')}</p>
            {track.lyrics !== null && <Lyrics title="Words" text={track.lyrics} isOpen={false} />}
          </div>
        </li>
      ))}
    </ol>
  )
}

function nameOf({ title }: TrackMedia, index: number): string {
  return `${String(index + 1)}. ${title ?? 'Untitled'}`
}

function factsOf({ isStream, modelName, tags, id }: TrackMedia): readonly string[] {
  return [
    ...(isStream ? ['still a stream'] : []),
    ...(modelName === null ? [] : [modelName]),
    ...tags,
    ...(id === null ? [] : [id]),
  ]
}
