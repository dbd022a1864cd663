/** A player that begins silences the others. */
export function playOneAtATime(): void {
  const listener = ({ target }: Event): void => {
    for (const media of document.querySelectorAll<HTMLMediaElement>('audio, video')) {
      if (media !== target) media.pause()
    }
  }
  // Events of players do not bubble.
  document.addEventListener('play', listener, { capture: true })
}
