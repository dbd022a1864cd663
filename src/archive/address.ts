import { BlockList, isIPv6 } from 'node:net'

/** `metadata`: where clouds keep the credentials of a machine. `private`: all else that is no public unicast address. */
export type AddressClass = 'public' | 'private' | 'metadata'

/** What an IP address is, in whatever spelling; an IPv4 address inside of an IPv6 one is what the IPv4 address is. */
export function classify(address: string): AddressClass {
  const [bare = ''] = address.split('%')
  const family = isIPv6(bare) ? 'ipv6' : 'ipv4'
  if (METADATA.check(bare, family)) return 'metadata'
  const isPublic = (family === 'ipv4' || GLOBAL_IPV6.check(bare, 'ipv6')) && !SPECIAL.check(bare, family)
  return isPublic ? 'public' : 'private'
}

/** The ranges of IANA's registry of special-purpose IPv4 addresses, and all from multicast on. */
const SPECIAL_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // between a provider and its customers
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // relays of 6to4
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 3], // multicast, reserved, broadcast
]

/** Of the global range of IPv6. What lies outside of it, such as loopback, local, site and mapped addresses, needs no line. */
const SPECIAL_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23], // protocol assignments, with the tunnels of Teredo
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // tunnels of 6to4
  ['3fff::', 20], // documentation
]

const METADATA_ADDRESSES = [
  '169.254.169.254', // AWS, Google, Azure, and most others
  '169.254.170.2', // AWS containers
  '169.254.170.23',
  '100.100.100.200', // Alibaba
  '192.0.0.192', // Oracle
  '168.63.129.16', // Azure, a public range
  'fd00:ec2::254', // AWS
  'fd00:ec2::23',
  'fd20:ce::254', // Google
]

/** What a network without IPv4 makes of an IPv4 address. */
const NAT64 = '64:ff9b::'

const SPECIAL = new BlockList()
for (const [address, bits] of SPECIAL_IPV4) {
  SPECIAL.addSubnet(address, bits, 'ipv4')
  SPECIAL.addSubnet(NAT64 + address, 96 + bits, 'ipv6')
}
for (const [address, bits] of SPECIAL_IPV6) SPECIAL.addSubnet(address, bits, 'ipv6')

const GLOBAL_IPV6 = new BlockList()
GLOBAL_IPV6.addSubnet('2000::', 3, 'ipv6')
GLOBAL_IPV6.addSubnet(NAT64, 96, 'ipv6')

const METADATA = new BlockList()
for (const address of METADATA_ADDRESSES) {
  if (isIPv6(address)) {
    METADATA.addAddress(address, 'ipv6')
  } else {
    METADATA.addAddress(address, 'ipv4')
    METADATA.addAddress(NAT64 + address, 'ipv6')
  }
}
