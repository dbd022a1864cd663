import { formatAge, formatCountdown, formatInstant } from '../model/format.js'
import { useClock } from '../model/clock.js'

/** How long ago something was. */
export function Age({ at }: { readonly at: number }) {
  const text = useClock((now) => formatAge(now - at))
  return (
    <time dateTime={new Date(at).toISOString()} title={formatInstant(at)}>
      {text}
    </time>
  )
}

const SOON_MS = 86_400_000

/** How long links still work, counting down. */
export function Countdown({ until }: { readonly until: number }) {
  const text = useClock((now) => formatCountdown(until - now))
  const left = until - Date.now()
  const tone = left <= 0 ? 'tone-bad' : left < SOON_MS ? 'tone-busy' : 'tone-calm'
  return (
    <time class={tone} dateTime={new Date(until).toISOString()} title={`Links work until ${formatInstant(until)}`}>
      {text}
    </time>
  )
}
