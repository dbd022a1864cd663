import type { TaskRow } from '../../wire.js'
import { loadTasks, sentenceOf } from './requests.js'
import { withList, withoutRows, withRows, type Connection } from './state.js'
import type { Store } from './store.js'

/** Pauses between tries, in ms. The last one stays. */
const PAUSES_MS = [500, 1_000, 2_000, 5_000] as const

/** How often the clock is read, and how late it must be, in ms, to say that the machine slept: its connections may be dead and look alive. */
const WATCH_MS = 5_000
const SLEPT_MS = 15_000

/**
 * Keeps the store up to date: loads the list, then listens to the stream. Hidden pages do not listen, because a browser opens only
 * six connections to a server; when the page is shown again, it asks for what it missed.
 */
export function keepLive(store: Store): void {
  let source: EventSource | null = null
  let timer = 0
  let tries = 0
  /** Grows with each beginning and end, so that a list that comes late is dropped. */
  let round = 0

  const set = (connection: Connection): void => store.update((state) => ({ ...state, connection }))

  function stop(): void {
    round += 1
    clearTimeout(timer)
    source?.close()
    source = null
  }

  function retry(): void {
    stop()
    set('reconnecting')
    timer = setTimeout(start, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)])
    tries += 1
  }

  function start(): void {
    stop()
    if (document.hidden) return set('paused')
    const { sequence } = store.state
    if (sequence === null) void load()
    else listen(sequence)
  }

  async function load(): Promise<void> {
    const current = round
    try {
      const list = await loadTasks()
      if (current !== round) return
      store.update((state) => withList(state, list))
      listen(list.sequence)
    } catch (error) {
      if (current !== round) return
      store.update((state) => ({ ...state, problem: sentenceOf(error) }))
      retry()
    }
  }

  function listen(sequence: string): void {
    const stream = new EventSource(`events?since=${encodeURIComponent(sequence)}`)
    source = stream
    stream.addEventListener('open', () => {
      tries = 0
      set('live')
    })
    stream.addEventListener('task', ({ data, lastEventId }: MessageEvent<string>) =>
      store.update((state) => withRows(state, JSON.parse(data) as TaskRow[], lastEventId)),
    )
    stream.addEventListener('gone', ({ data, lastEventId }: MessageEvent<string>) =>
      store.update((state) => withoutRows(state, JSON.parse(data) as string[], lastEventId)),
    )
    stream.addEventListener('reset', startAnew)
    // A broken connection is taken up again by the browser; one that was answered with an error is not.
    stream.addEventListener('error', () => (stream.readyState === EventSource.CLOSED ? retry() : set('reconnecting')))
  }

  /** Loads the list again: what was missed is not known. */
  function startAnew(): void {
    store.update((state) => ({ ...state, sequence: null }))
    start()
  }

  document.addEventListener('visibilitychange', start)
  addEventListener('online', start)
  addEventListener('pageshow', ({ persisted }) => persisted && start())
  addEventListener('pagehide', stop)
  onWake(start)
  start()
}

/** Calls back when the machine has slept. */
function onWake(callback: () => void): void {
  let last = Date.now()
  setInterval(() => {
    const now = Date.now()
    const late = now - last - WATCH_MS
    last = now
    if (late > SLEPT_MS) callback()
  }, WATCH_MS)
}
