import { freePort } from '../../support/free-port.js'
import { serve } from '../servers.js'
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
    arrange: async () => {
      const port = await serve((_, response) => response.end(), '127.0.0.1')
      const addresses = [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ]
      return [`http://app.localhost:${String(port)}/suno`, { lookup: () => Promise.resolve(addresses) }]
    },
    finds: 'tcp.ipv6',
    status: 'fail',
    summary: /leads nowhere: ::1/,
    fix: /AAAA/,
  },
]
