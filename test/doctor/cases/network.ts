import { freePort } from '../../support/free-port.js'
import { serve, serveDropping } from '../servers.js'
import type { Symptom } from '../symptoms.js'

export const networkSymptoms: readonly Symptom[] = [
  {
    title: 'a name that does not exist is told by dns.resolve',
    arrange: () => Promise.resolve(['https://no-such-host.invalid/suno']),
    finds: 'dns.resolve',
    status: 'fail',
    summary: /^There is no host no-such-host\.invalid\.$/,
    fix: /spelled right/,
  },
  {
    title: 'name servers that do not answer are told by dns.resolve',
    arrange: () =>
      Promise.resolve(['https://app.example.com/suno', { timeoutMs: 50, lookup: () => new Promise(() => undefined) }]),
    finds: 'dns.resolve',
    status: 'inconclusive',
    summary: /could not be looked up \(timeout\)/,
    fix: /name servers/,
  },
  {
    title: 'a private address is told by dns.public',
    arrange: async () => [`http://localhost:${await freePort()}/suno`],
    finds: 'dns.public',
    status: 'fail',
    summary: /127\.0\.0\.1.* is not public/,
    fix: /tunnel/,
  },
  {
    title: 'a name that leads into a network of its own is told by dns.public',
    arrange: () =>
      Promise.resolve([
        'https://app.example.com/suno',
        { timeoutMs: 50, lookup: () => Promise.resolve([{ address: '10.0.0.1', family: 4 }]) },
      ]),
    finds: 'dns.public',
    status: 'fail',
    summary: /^10\.0\.0\.1 is not public/,
    fix: /public name/,
  },
  {
    title: 'a closed port is told by tcp.connect',
    arrange: async () => [`http://127.0.0.1:${await freePort()}/suno`],
    finds: 'tcp.connect',
    status: 'fail',
    summary: /^Nothing answers at port \d+: 127\.0\.0\.1 ECONNREFUSED/,
    fix: /start the app/,
  },
  {
    title: 'an IPv6 address that leads nowhere is told by tcp.ipv6',
    arrange: () => twoAddresses('container', '::ffff:127.0.0.2'),
    finds: 'tcp.ipv6',
    status: 'fail',
    summary: /leads nowhere: ::ffff:127\.0\.0\.2/,
    fix: /AAAA/,
  },
  {
    title: 'an IPv6 address beside localhost that takes no connection is no symptom for tcp.ipv6',
    arrange: () => twoAddresses('localhost', '::ffff:127.0.0.2'),
    finds: 'tcp.ipv6',
    status: 'skip',
    summary: /^localhost is this machine/,
    fix: null,
  },
  {
    title: 'an IPv6 address that a machine without IPv6 cannot try is inconclusive for tcp.ipv6',
    // Of many machines at once: to connect to it is answered as where there is no IPv6.
    arrange: () => twoAddresses('container', 'ff02::1'),
    finds: 'tcp.ipv6',
    status: 'inconclusive',
    summary: /^This machine has no IPv6/,
    fix: null,
  },
  {
    title: 'an IPv6 address that leads to the app is told by tcp.ipv6',
    arrange: () => twoAddresses('container', '::ffff:127.0.0.1'),
    finds: 'tcp.ipv6',
    status: 'pass',
    summary: /^Connected by IPv6: ::ffff:127\.0\.0\.1\.$/,
    fix: null,
  },
  {
    title: 'one address of several that takes no connection is told by tcp.connect',
    arrange: () => twoAddresses('container', '127.0.0.2', 4),
    finds: 'tcp.connect',
    status: 'fail',
    summary: /^Not every address answers at port \d+: 127\.0\.0\.2 ECONNREFUSED\.$/,
    fix: /start the app/,
  },
  {
    title: 'a name whose addresses are all refused is told by tcp.connect',
    arrange: async () => {
      const port = await freePort()
      return [`http://[::1]:${port}/suno`]
    },
    finds: 'tcp.connect',
    status: 'fail',
    summary: /^Nothing answers at port \d+: ::1 \w+\.$/,
    fix: /./,
  },
  {
    title: 'a port whose connections nothing answers, as behind a firewall, is told by tcp.connect',
    arrange: async () => [`http://127.0.0.1:${String(await serveDropping())}/suno`, { timeoutMs: 300 }],
    finds: 'tcp.connect',
    status: 'fail',
    summary: /^Nothing answers at port \d+: 127\.0\.0\.1 timeout\.$/,
    fix: /firewall/,
  },
  {
    title: 'a name without an address is told by dns.resolve',
    arrange: () => Promise.resolve(['https://app.example.com/suno', { lookup: () => Promise.resolve([]) }]),
    finds: 'dns.resolve',
    status: 'fail',
    summary: /^There is no host/,
    fix: /published/,
  },
  {
    title: 'a lookup that fails in another way is told by dns.resolve',
    arrange: () =>
      Promise.resolve(['https://app.example.com/suno', { lookup: () => Promise.reject(new Error('a bug')) }]),
    finds: 'dns.resolve',
    status: 'inconclusive',
    summary: /\(failed\)/,
    fix: /try again/,
  },
  {
    title: 'a public address is told by dns.public',
    arrange: () =>
      Promise.resolve([
        'https://app.example.com/suno',
        { timeoutMs: 1, lookup: () => Promise.resolve([{ address: '9.9.9.9', family: 4 }]) },
      ]),
    finds: 'dns.public',
    status: 'pass',
    summary: /^Public: 9\.9\.9\.9\.$/,
    fix: null,
  },
]

/** An app that listens on IPv4 alone, whose name has another address. */
async function twoAddresses(host: string, other: string, family = 6): ReturnType<Symptom['arrange']> {
  const port = await serve((_, response) => response.end())
  const addresses = [
    { address: other, family },
    { address: '127.0.0.1', family: 4 },
  ]
  return [`http://${host}:${String(port)}/suno`, { lookup: () => Promise.resolve(addresses) }]
}
