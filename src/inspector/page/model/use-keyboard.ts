import { useLayoutEffect } from 'preact/hooks'

export interface KeyActions {
  /** By how many rows: 1 is down. */
  readonly move: (step: number) => void
  readonly open: () => void
  readonly search: () => void
  readonly escape: () => void
}

/** j and k or the arrows, Enter, `/` and Escape, wherever the focus is but in a field or a dialog. */
export function useKeyboard(actions: KeyActions): void {
  // With what is drawn, and not after the next frame: a key must not meet the rows of before.
  useLayoutEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      const action = actionOf(event, actions)
      if (action === null) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', listener)
    return () => removeEventListener('keydown', listener)
  })
}

function actionOf(event: KeyboardEvent, { move, open, search, escape }: KeyActions): (() => void) | null {
  const { key, target } = event
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null
  if (!(target instanceof Element) || target.closest('dialog') !== null) return null
  if (key === 'Escape') return escape
  if (target.matches('input, select, textarea'))
    return key === 'ArrowDown' && target.matches('[type=search]') ? () => move(0) : null
  if (key === '/') return search
  if (key === 'j') return () => move(1)
  if (key === 'k') return () => move(-1)
  // Elsewhere arrows scroll, and move in players; Enter presses the button that has the focus.
  if (target !== document.body && target.closest('.list') === null) return null
  if (key === 'ArrowDown') return () => move(1)
  if (key === 'ArrowUp') return () => move(-1)
  return key === 'Enter' && target === document.body ? open : null
}
