import type { LookupAddress } from 'node:dns'
import { connect } from 'node:net'
import { codeOf } from '../../errors/errors.js'
import { fail, inconclusive, pass, skip, type Judges } from '../check.js'
import type { DoctorSettings } from '../diagnose-options.js'
import type { ExaminedAddress } from '../target.js'
import { listOf } from './dns.js'

/** An address, and whether it takes connections. */
export interface Dialled extends LookupAddress {
  /** `timeout` or Node's code, where it does not. */
  readonly fault: string | null
}

export interface Connections {
  readonly target: ExaminedAddress
  readonly dialled: readonly Dialled[]
}

/** Tries every address at once. */
export async function dialAll(
  target: ExaminedAddress,
  addresses: readonly LookupAddress[],
  { timeoutMs, signal }: DoctorSettings,
): Promise<Connections> {
  const ms = Math.min(timeoutMs, CONNECT_MS)
  return { target, dialled: await Promise.all(addresses.map((address) => dial(address, target.port, ms, signal))) }
}

/** The address that all else is asked at: one that answers, of IPv4 where there is one. */
export function bestOf({ dialled }: Connections): LookupAddress | null {
  const open = dialled.filter(({ fault }) => fault === null)
  return open.find(({ family }) => family === 4) ?? open[0] ?? null
}

export const tcpChecks: Judges<Connections> = {
  'tcp.connect': ({ target: { port }, dialled }) => {
    const open = dialled.filter(({ fault }) => fault === null)
    // One that is dead beside others that live is of interest in IPv4; that of IPv6 has a check of its own.
    const dead = dialled.filter(({ fault, family }) => fault !== null && (family === 4 || open.length === 0))
    if (dead.length === 0) return pass(`Connected at port ${String(port)}: ${listOf(open)}.`)
    const some = open.length === 0 ? 'Nothing' : 'Not every address'
    const faults = dead.map(({ address, fault }) => `${address} ${String(fault)}`).join(', ')
    return fail(`${some} answers at port ${String(port)}: ${faults}.`, toFix(dead))
  },

  'tcp.ipv6': ({ target: { host }, dialled }) => {
    const six = dialled.filter(({ family }) => family === 6)
    if (six.length === 0) return skip('The name has no IPv6 address, and needs none.')
    const dead = six.filter(({ fault }) => fault !== null)
    if (dead.length === 0) return pass(`Connected by IPv6: ${listOf(six)}.`)
    // Apps on this machine often listen on one of the two.
    if (/^(.+\.)?localhost$/.test(host))
      return skip(`${host} is this machine, whose IPv6 address no one else asks for.`)
    if (dead.every(({ fault }) => UNREACHABLE.has(String(fault)))) {
      return inconclusive('This machine has no IPv6, so that the IPv6 addresses of the name cannot be tried from here.')
    }
    return fail(
      `The name has an IPv6 address that leads nowhere: ${listOf(dead)}. A sender that prefers IPv6 waits for it, or gives up.`,
      'Let the server listen on it as well (listen on ::), or remove the AAAA record.',
    )
  },
}

function toFix(dead: readonly Dialled[]): string {
  return dead.every(({ fault }) => fault === 'ECONNREFUSED')
    ? 'Nothing listens there: start the app, publish the port of its container, or mend the port of the URL.'
    : 'Open the port in the firewall or the security group, and see whether the address is right and the process alive.'
}

/** What a machine without IPv6 says of each address of it. */
const UNREACHABLE: ReadonlySet<string> = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EHOSTUNREACH'])

/** In ms. */
const CONNECT_MS = 5_000

function dial(address: LookupAddress, port: number, timeoutMs: number, signal: AbortSignal): Promise<Dialled> {
  return new Promise((resolve) => {
    const socket = connect({ host: address.address, port, timeout: timeoutMs, signal })
    const end = (fault: string | null) => {
      socket.destroy()
      resolve({ ...address, fault })
    }
    socket.once('connect', () => end(null))
    socket.once('timeout', () => end('timeout'))
    socket.on('error', (error) => end(String(codeOf(error))))
  })
}
