import dns, { type LookupAddress } from 'node:dns'
import net, { type LookupFunction, type SocketConnectOpts } from 'node:net'
import tls from 'node:tls'
import { vi } from 'vitest'
import { mediaCertificate } from './certificate.js'

/** A public address that nobody of us has: connections to it arrive at this machine. */
export const PUBLIC = '11.0.0.1'

export interface Internet {
  /** The names that were looked up, in their order. */
  readonly lookups: string[]
}

/**
 * A small internet: names have the addresses that are given, one list for each time that they are looked up, the last for all that
 * follow; none means that there is no such name;
 * connections to the public address arrive at 127.0.0.1, and the certificate of the test servers is known. All else is real.
 */
export function internet(names: Readonly<Record<string, readonly (readonly string[])[]>> = {}): Internet {
  const lookups: string[] = []
  const lookup = dns.lookup.bind(dns)
  const answer = (name: string, options: object, callback: (error: Error | null, found: LookupAddress[]) => void) => {
    lookups.push(name)
    const lists = names[name]
    if (lists === undefined) return lookup(name, { ...options, all: true }, callback)
    const count = lookups.filter((one) => one === name).length
    const addresses = lists[Math.min(count, lists.length) - 1] ?? []
    const error = addresses.length > 0 ? null : Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
    process.nextTick(() => callback(error, addresses.map(toLookupAddress)))
  }
  vi.spyOn(dns, 'lookup').mockImplementation(answer as typeof dns.lookup)

  const connect = tls.connect.bind(tls)
  vi.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions) =>
    connect({ ...options, ca: mediaCertificate })) as typeof tls.connect)

  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its `this`
  const connectSocket = net.Socket.prototype.connect
  vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(function (this: net.Socket, ...given: unknown[]) {
    route([given[0]].flat()[0] as Route)
    return Reflect.apply(connectSocket, this, given) as net.Socket
  })
  return { lookups }
}

type Route = SocketConnectOpts & { host?: string; lookup?: LookupFunction }

function route(options: Route): void {
  if (options.host === PUBLIC) options.host = '127.0.0.1'
  const { lookup } = options
  if (lookup === undefined) return
  options.lookup = (host, how, callback) =>
    lookup(host, how, (error, found) =>
      callback(
        error,
        [found].flat().map((one) => toRouted(one as LookupAddress)),
      ),
    )
}

function toRouted(found: LookupAddress): LookupAddress {
  return found.address === PUBLIC ? toLookupAddress('127.0.0.1') : found
}

function toLookupAddress(address: string): LookupAddress {
  return { address, family: net.isIPv6(address) ? 6 : 4 }
}
