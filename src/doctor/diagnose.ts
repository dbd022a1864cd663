import type { Check, CheckStatus } from './check.js'
import { readDiagnoseOptions, type DiagnoseOptions, type DoctorSettings } from './diagnose-options.js'
import { Examination } from './examination.js'
import { configurationChecks, readConfiguration } from './layers/configuration.js'
import { dnsChecks, resolve } from './layers/dns.js'
import type { Route } from './ask.js'
import { forge, httpChecks, isVerifying } from './layers/http.js'
import { loadChecks, strain } from './layers/load.js'
import { isReached, probe, probeChecks, signProbe } from './layers/probe.js'
import { askProvider, providerChecks } from './layers/provider.js'
import { bestOf, dialAll, tcpChecks } from './layers/tcp.js'
import { isTrusted, shakeHands, tlsChecks } from './layers/tls.js'
import { readTarget, type ExaminedAddress } from './target.js'

/** What was found of a callback URL. */
export interface Diagnosis {
  /** What was examined, without its query. */
  readonly url: string
  /** The worst of its checks: `fail`, else `warn`, else `pass`. */
  readonly status: CheckStatus
  readonly checks: readonly Check[]
  /** What no check can tell, in sentences. */
  readonly unknowns: readonly string[]
}

const UNKNOWNS: readonly string[] = Object.freeze([
  'All of it is as seen from this machine: names, firewalls and lists of addresses can be others from outside.',
  'The providers name neither the addresses nor the user agent of their callbacks, so that rules for these cannot be tried.',
])

/**
 * Says why callbacks to a URL do not arrive: looks at name, connection, certificate, what answers, and, where it has the secret, sends
 * signed probes, which run no listener and are written nowhere. All of it as seen from this machine.
 *
 * @param url where callbacks go: what `callbackUrl(kind)` answers, or the same address without its signature
 * @example
 * const { status, checks } = await diagnose(suno.callbackUrl('music'))
 * for (const { id, status, summary, fix } of checks) console.log(status, id, summary, fix)
 * @throws ConfigurationError `BASE_URL_INVALID`, `SECRET_INVALID`, `TASK_INVALID`, `KIND_UNKNOWN`, `PROVIDER_INVALID`,
 * `OPTION_OUT_OF_RANGE`, `OPTION_INVALID`, `OPTION_UNKNOWN`; the reason of `signal`
 */
export async function diagnose(url: string, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const target = readTarget(url)
  const settings = readDiagnoseOptions(options)
  const { task, signal } = settings
  const examination = new Examination(settings.onCheck, signal)
  const reason = await examineApp(target, settings, examination)
  if (task !== undefined) await examination.look(providerChecks, () => askProvider(target, task, settings))
  const checks = examination.end((id) => {
    if (id.startsWith('provider.')) return 'No task was named (task and provider).'
    return id.startsWith('tls.') && !target.isSecure ? 'The URL is http.' : reason
  })
  const worst = (['fail', 'warn'] as const).find((status) => checks.some((check) => check.status === status))
  return { url: target.shown, status: worst ?? 'pass', checks, unknowns: UNKNOWNS }
}

/** Layer by layer, as far as it goes. Answers why the rest is skipped. */
async function examineApp(
  target: ExaminedAddress,
  settings: DoctorSettings,
  examination: Examination,
): Promise<string> {
  await examination.look(configurationChecks, () => readConfiguration(target, settings))
  const { addresses } = await examination.look(dnsChecks, () => resolve(target, settings))
  if (addresses.length === 0) return 'The name of the host leads nowhere.'
  const connections = await examination.look(tcpChecks, () => dialAll(target, addresses, settings))
  const address = bestOf(connections)
  if (address === null) return 'Nothing takes a connection.'
  if (target.isSecure) {
    const handshake = await examination.look(tlsChecks, () => shakeHands(target, address, settings))
    if (!isTrusted(handshake)) return 'The TLS connection is not trusted, so that nothing is sent on it.'
  }
  const { ca, timeoutMs, signal } = settings
  return examineAdapter(target, { address, ca, timeoutMs, signal }, settings, examination)
}

/** What is asked by requests. */
async function examineAdapter(
  target: ExaminedAddress,
  route: Route,
  settings: DoctorSettings,
  examination: Examination,
): Promise<string> {
  const forged = await examination.look(httpChecks, () => forge(target, settings.secrets.length > 0, route))
  if (!isVerifying(forged)) return 'No adapter that verifies is reached.'
  const [first, ...rest] = settings.secrets
  if (first === undefined) return 'There is no secret, without which no probe can be signed.'
  const signed = signProbe(target, [first, ...rest])
  if (signed === null) return 'callbackUrl() makes no such URL, so that nothing signed is sent to it.'
  const probed = await examination.look(probeChecks, () => probe(target, signed, route))
  if (!isReached(probed)) return 'The probe was not answered as one.'
  const firstMs = forged.answer.durationMs
  await examination.look(loadChecks, () => strain(signed, { route, firstMs, settings }))
  return 'Everything was asked.'
}
