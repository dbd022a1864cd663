import { promises as dns, type LookupAddress } from 'node:dns'
import { classify } from '../../archive/address.js'
import { codeOf } from '../../errors/errors.js'
import { TIMED_OUT, within } from '../../time/time.js'
import { fail, inconclusive, pass, skip, type Judges } from '../check.js'
import type { DoctorSettings } from '../diagnose-options.js'
import type { ExaminedAddress } from '../target.js'

/** What a name leads to. */
export interface Resolved {
  readonly target: ExaminedAddress
  readonly addresses: readonly LookupAddress[]
  /** `timeout` or the code, where it leads nowhere. */
  readonly fault: string | null
  readonly allowPrivate: boolean
}

export async function resolve(target: ExaminedAddress, settings: DoctorSettings): Promise<Resolved> {
  const { allowPrivate, timeoutMs } = settings
  const { host, family } = target
  if (family !== 0) return { target, addresses: [{ address: host, family }], fault: null, allowPrivate }
  const lookup = settings.lookup ?? lookUp
  try {
    const addresses = await within(lookup(host), Math.min(timeoutMs, LOOKUP_MS))
    if (addresses === TIMED_OUT) return { target, addresses: [], fault: 'timeout', allowPrivate }
    return { target, addresses, fault: addresses.length === 0 ? 'ENOTFOUND' : null, allowPrivate }
  } catch (error) {
    return { target, addresses: [], fault: codeOf(error) ?? 'failed', allowPrivate }
  }
}

export const dnsChecks: Judges<Resolved> = {
  'dns.resolve': ({ target: { host, family }, addresses, fault }) => {
    if (family !== 0) return pass('The host is an address, and needs no name.')
    if (fault === null) return pass(`${host} leads to ${listOf(addresses)}.`)
    return fault === 'ENOTFOUND' || fault === 'ENODATA'
      ? fail(
          `There is no host ${host}.`,
          'Is it spelled right, has its record been published, and does the tunnel still run?',
        )
      : inconclusive(
          `${host} could not be looked up (${fault}).`,
          'Look at the name servers of this machine and of the domain, and try again.',
        )
  },

  'dns.public': ({ addresses, allowPrivate }) => {
    if (addresses.length === 0) return skip('There is no address to look at.')
    const hidden = addresses.filter(({ address }) => classify(address) !== 'public')
    if (hidden.length === 0) return pass(`Public: ${listOf(addresses)}.`)
    if (allowPrivate) return skip(`Private addresses are allowed here: ${listOf(hidden)}. No provider reaches them.`)
    return fail(
      `${listOf(hidden)} is not public: a provider cannot reach it.`,
      'Submit a public name, start a tunnel, or do without callbacks: ask for records with recordPoller, mode "primary".',
    )
  },
}

function lookUp(host: string): Promise<readonly LookupAddress[]> {
  return dns.lookup(host, { all: true, verbatim: true })
}

/** For a sentence. */
export function listOf(addresses: readonly LookupAddress[]): string {
  return addresses.map(({ address }) => address).join(', ')
}

/** In ms. */
const LOOKUP_MS = 3_000
