/** Every check, in the order in which they are made. The part before the dot is the layer. */
export const CHECK_IDS = [
  'config.url',
  'config.secret',
  'config.signature',
  'dns.resolve',
  'dns.public',
  'tcp.connect',
  'tcp.ipv6',
  'tls.handshake',
  'tls.chain',
  'tls.name',
  'tls.expiry',
  'http.answer',
  'http.redirect',
  'http.wall',
  'http.gateway',
  'http.limiter',
  'http.route',
  'clock.skew',
  'probe.signature',
  'probe.query',
  'probe.ready',
  'probe.bytes',
  'probe.parser',
  'probe.limit',
  'probe.time',
  'probe.burst',
  'provider.record',
  'provider.url',
] as const

export type CheckId = (typeof CHECK_IDS)[number]

/**
 * `pass`: as it should be. `warn`: callbacks arrive, but it is worth a look. `fail`: callbacks are lost. `skip`: not asked, because of the
 * reason in the summary. `inconclusive`: asked, and not to be told from here.
 */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'skip' | 'inconclusive'

/** What was found of a check. Neither text holds a secret, a signature or a query. */
export interface Verdict {
  readonly status: CheckStatus
  /** A sentence: what was seen. */
  readonly summary: string
  /** What mends it; null where nothing is to be mended. */
  readonly fix: string | null
}

/** A check that was made. */
export interface Check extends Verdict {
  readonly id: CheckId
  /** How long its layer was looked at, in ms. */
  readonly durationMs: number
}

/** The checks of a layer as data: each reads its own of what was found by looking once. */
export type Judges<Found> = Readonly<Partial<Record<CheckId, (found: Found) => Verdict>>>

export function pass(summary: string): Verdict {
  return { status: 'pass', summary, fix: null }
}

export function warn(summary: string, fix: string): Verdict {
  return { status: 'warn', summary, fix }
}

export function fail(summary: string, fix: string): Verdict {
  return { status: 'fail', summary, fix }
}

export function skip(reason: string): Verdict {
  return { status: 'skip', summary: reason, fix: null }
}

export function inconclusive(summary: string, fix: string | null = null): Verdict {
  return { status: 'inconclusive', summary, fix }
}
