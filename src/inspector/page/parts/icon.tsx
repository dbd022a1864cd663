import type { Kind } from '../../../events/types.js'

/** Those that stand for no kind of task. */
type OwnIcon = 'none' | 'close' | 'back' | 'search' | 'warning' | 'send'

/** Strokes in a square of 16. */
const PATHS = {
  music: 'M6 12V3.5l7-1.5v8.5M6 12a2 2 0 1 1-4 0 2 2 0 0 1 4 0Zm7-1.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0Z',
  lyrics: 'M3 3.5h10M3 6.5h10M3 9.5h7M3 12.5h5',
  video: 'M2 4h8.5v8H2zM10.5 7l3.5-2v6l-3.5-2',
  voice: 'M8 2a2 2 0 0 1 2 2v4a2 2 0 1 1-4 0V4a2 2 0 0 1 2-2ZM3.5 7.5a4.5 4.5 0 0 0 9 0M8 12v2',
  phrase: 'M2.5 3h11v8H7l-3 2.5V11H2.5zM5 6h6M5 8.5h4',
  wav: 'M2 8h1.5M5 5v6M7.5 2.5v11M10 5v6M12.5 8H14',
  stems: 'M8 2l6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3',
  midi: 'M2 3h12v10H2zM6 3v6M10 3v6M6 9v4M10 9v4',
  cover: 'M2 3h12v10H2zM2 11l3.5-3.5 3 3L11 8l3 3M10.5 6h.01',
  recovery: 'M3 8a5 5 0 1 1 1.5 3.6M3 13v-2.5h2.5',
  none: 'M6 6a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.1M8 11.5h.01M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z',
  close: 'M4 4l8 8M12 4l-8 8',
  back: 'M10 3L5 8l5 5',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5L14 14',
  warning: 'M8 2.5l6 11H2zM8 6.5v3M8 11.5h.01',
  send: 'M14 2L7 9M14 2l-4.5 12L7 9 2 6.5z',
} as const satisfies Record<Kind | OwnIcon, string>

type IconName = keyof typeof PATHS

/** A picture beside a text, never instead of one. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
