import { chance } from './chance.js'
import type { Times } from './times.js'

/** Something bad that will be done, so many ms after the first callback. */
export type PlannedFault = { readonly atMs: number } & (
  | { readonly does: 'kill receiver' | 'cut connections'; readonly receiver: number }
  /** SIGSTOP: it sleeps through its leases, goes on where it was, and must find that others have taken its keys. */
  | { readonly does: 'pause receiver'; readonly receiver: number; readonly forMs: number }
  /** Replies of the store are lost for a while, then the connections are cut. */
  | { readonly does: 'mute store'; readonly receiver: number; readonly forMs: number }
  | { readonly does: 'kill server'; readonly forMs: number }
  /** Somebody else holds the lock of the database. */
  | { readonly does: 'lock database'; readonly forMs: number }
)

export const RECEIVERS = 3

/** The same for the same seed. */
export function schedule(seed: number, lengthMs: number, isServer: boolean, times: Times): readonly PlannedFault[] {
  const stream = <T extends PlannedFault>(
    name: string,
    { least, most }: { readonly least: number; readonly most: number },
    make: (atMs: number, draw: (what: string) => number) => T,
  ): readonly T[] => {
    const faults: T[] = []
    const draw = (what: string) => chance(seed, name, what, faults.length)
    const gap = () => (least + (most - least) * draw('gap')) * times.pace
    for (let atMs = gap(); atMs < lengthMs; atMs += gap()) faults.push(make(atMs, draw))
    return faults
  }
  const receiver = (draw: (what: string) => number) => Math.floor(draw('receiver') * RECEIVERS)
  /** Around what a call of the store may take: some callers wait it out, others give up. */
  const shortMs = (draw: (what: string) => number) => times.callTimeoutMs * (0.2 + 1.8 * draw('length'))

  const faults: readonly PlannedFault[] = [
    ...stream('kill', { least: 250, most: 750 }, (atMs, draw) => ({
      atMs,
      does: 'kill receiver' as const,
      receiver: receiver(draw),
    })),
    ...stream('pause', { least: 3_000, most: 9_000 }, (atMs, draw) => ({
      atMs,
      does: 'pause receiver' as const,
      receiver: receiver(draw),
      // Most for longer than it takes until the first retry.
      forMs: ((times.retryGapsMs[0] ?? 0) / times.factor) * (0.8 + draw('length')),
    })),
    ...(isServer
      ? [
          ...stream('server', { least: 2_500, most: 6_000 }, (atMs, draw) => ({
            atMs,
            does: 'kill server' as const,
            forMs: 50 + 250 * draw('length'),
          })),
          ...stream('cut', { least: 400, most: 1_600 }, (atMs, draw) => ({
            atMs,
            does: 'cut connections' as const,
            receiver: receiver(draw),
          })),
          ...stream('mute', { least: 800, most: 2_400 }, (atMs, draw) => ({
            atMs,
            does: 'mute store' as const,
            receiver: receiver(draw),
            forMs: shortMs(draw),
          })),
        ]
      : stream('lock', { least: 500, most: 1_500 }, (atMs, draw) => ({
          atMs,
          does: 'lock database' as const,
          forMs: shortMs(draw),
        }))),
  ]
  return faults.toSorted((one, other) => one.atMs - other.atMs)
}
