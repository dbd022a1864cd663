import { setTimeout as wait } from 'node:timers/promises'

/** A signal that aborts with the first of several, until it is released. (`AbortSignal.any` keeps what it made for as long as its sources.) */
export function linkedSignal(...sources: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal
  readonly release: () => void
} {
  const controller = new AbortController()
  const listeners = sources.flatMap((source) => {
    if (source === undefined) return []
    const abort = () => controller.abort(source.reason)
    if (source.aborted) abort()
    source.addEventListener('abort', abort, { once: true })
    return [() => source.removeEventListener('abort', abort)]
  })
  return { signal: controller.signal, release: () => listeners.forEach((remove) => remove()) }
}

/** Resolves after a while, or when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return wait(ms, undefined, { signal }).catch(() => undefined)
}
