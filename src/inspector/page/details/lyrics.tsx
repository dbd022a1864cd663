interface LyricsProps {
  readonly title: string
  readonly text: string
  readonly isOpen: boolean
}

export function Lyrics({ title, text, isOpen }: LyricsProps) {
  return (
    <details class="lyrics" open={isOpen}>
      <summary>{title}</summary>
      <p class="lyrics-text">{text}</p>
    </details>
  )
}
