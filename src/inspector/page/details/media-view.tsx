import type { Kind } from '../../../events/types.js'
import type { Media } from '../../wire.js'
import { safeUrl } from '../../safe-url.js'
import { PianoRoll } from './piano-roll.js'
import { AudioPlayer } from './audio-player.js'
import { Lyrics } from './lyrics.js'
import { Tracks } from './tracks.js'

/** What can be heard, seen and read of the event that is furthest. */
export function MediaView({ media, kind }: { readonly media: Media; readonly kind: Kind | null }) {
  const videoUrl = safeUrl(media.videoUrl)
  const images = media.imageUrls.flatMap((url) => safeUrl(url) ?? [])
  return (
    <section class="block" aria-label="Result">
      <Tracks tracks={media.tracks} kind={kind} />
      {videoUrl !== null && (
        <video key={videoUrl} class="video" src={videoUrl} controls preload="none" aria-label="Video" />
      )}
      {media.wavUrl !== null && <AudioPlayer name="WAV" url={media.wavUrl} duration={null} />}
      {media.stems.length > 0 && <Stems stems={media.stems} />}
      {media.lyrics.map(({ title, text }, index) => (
        <Lyrics key={index} title={title ?? `Variant ${String(index + 1)}`} text={text} isOpen={index === 0} />
      ))}
      {media.instruments.length > 0 && <PianoRoll instruments={media.instruments} leftOut={media.notesLeftOut} />}
      {images.length > 0 && <Images urls={images} />}
      {media.voiceId !== null && <Fact name="Voice id" value={media.voiceId} />}
      {media.phrase !== null && <Fact name="Phrase to record" value={media.phrase} />}
      {media.failures.length > 0 && (
        <ul class="failures" aria-label="Parts that failed">
          {media.failures.map((line, index) => (
            <li key={index}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Stems({ stems }: { readonly stems: Media['stems'] }) {
  return (
    <ul class="stems" aria-label="Stems">
      {stems.map(({ name, audioUrl, duration }) => (
        <li key={`${name} ${audioUrl}`}>
          <AudioPlayer name={name} url={audioUrl} duration={duration} />
        </li>
      ))}
    </ul>
  )
}

function Images({ urls }: { readonly urls: readonly string[] }) {
  return (
    <ul class="images" aria-label="Cover images">
      {urls.map((url, index) => (
        <li key={url}>
          <a href={url} target="_blank" rel="noreferrer noopener">
            <img src={url} alt={`Cover ${String(index + 1)}`} loading="lazy" referrerpolicy="no-referrer" />
          </a>
        </li>
      ))}
    </ul>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <dl class="fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </dl>
  )
}
