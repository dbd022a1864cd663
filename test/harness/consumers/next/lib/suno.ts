import { SunoCallbacks } from 'suno-callbacks'

interface Seen {
  readonly type: string
  readonly taskId: string | null
  readonly orderId: string | undefined
}

/** Next.js may load this module once for each route. */
const shared = globalThis as typeof globalThis & { seen?: Seen[] }
export const seen = (shared.seen ??= [])

export const suno = new SunoCallbacks({ bodyTimeoutMs: 1000 })
suno.on('*', ({ type, taskId, metadata }) => {
  seen.push({ type, taskId, orderId: metadata.orderId })
})
