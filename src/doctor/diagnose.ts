import type { Check, CheckStatus } from './check.js'
import { readDiagnoseOptions, type DiagnoseOptions, type Settings } from './diagnose-options.js'
import { Examination } from './examination.js'
import { configurationChecks, readConfiguration } from './layers/configuration.js'
import { dnsChecks, resolve } from './layers/dns.js'
import { forge, httpChecks, isOurs } from './layers/http.js'
import { bestOf, dialAll, tcpChecks } from './layers/tcp.js'
import { isTrusted, shakeHands, tlsChecks } from './layers/tls.js'
import { readTarget, type Target } from './target.js'

/** What was found of a callback URL. */
export interface Diagnosis {
  /** What was examined, without its query. */
  readonly url: string
  /** The worst of its checks: `fail`, else `warn`, else `pass`. */
  readonly status: CheckStatus
  readonly checks: readonly Check[]
}

/** Never writes, runs no listener, and needs no change of the app. */
export async function diagnose(url: string, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const target = readTarget(url)
  const settings = readDiagnoseOptions(options)
  const examination = new Examination(settings.onCheck)
  const reason = await examine(target, settings, examination)
  settings.signal.throwIfAborted()
  const checks = examination.end(reason)
  const worst = (['fail', 'warn'] as const).find((status) => checks.some((check) => check.status === status))
  return { url: target.shown, status: worst ?? 'pass', checks }
}

/** Layer by layer, as far as it goes. Answers why the rest is skipped. */
async function examine(target: Target, settings: Settings, examination: Examination): Promise<string> {
  await examination.look(configurationChecks, () => readConfiguration(target, settings))
  const { addresses } = await examination.look(dnsChecks, () => resolve(target, settings))
  if (addresses.length === 0) return 'The name of the host leads nowhere.'
  const connections = await examination.look(tcpChecks, () => dialAll(target, addresses, settings))
  const address = bestOf(connections)
  if (address === null) return 'Nothing takes a connection.'
  if (target.isSecure) {
    const handshake = await examination.look(tlsChecks, () => shakeHands(target, address, settings))
    if (!isTrusted(handshake)) return 'The TLS connection is not trusted, so that nothing is sent.'
  }
  const { secrets, ca, timeoutMs, signal } = settings
  const route = { address, ca, timeoutMs, signal }
  const forged = await examination.look(httpChecks, () => forge(target, secrets.length > 0, route))
  if (!isOurs(forged)) return 'The adapter is not reached.'
  return ''
}
