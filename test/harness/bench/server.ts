import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StoreOrder } from './open-store.js'
import { servers, type ServerName } from './servers.js'

/** What a server is told. */
export interface ServerOrder {
  readonly name: ServerName
  readonly store: StoreOrder
  readonly isSigned: boolean
}

/** What it answers when it is asked for its usage. */
export interface Usage {
  /** How many events have reached the listener. */
  readonly events: number
  readonly cpuUs: number
  readonly rssBytes: number
}

// Whoever started us is gone.
process.once('disconnect', () => process.exit(1))

const { name, store, isSigned } = JSON.parse(process.argv[2] ?? '') as ServerOrder
let events = 0
const listener = await servers[name](() => events++, { store, isSigned })
// As in production: it limits the time of bodies for those that do not.
const server = createServer({ requestTimeout: 10_000 }, listener).listen(0, '127.0.0.1')
await once(server, 'listening')
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  const usage: Usage = { events, cpuUs: user + system, rssBytes: process.memoryUsage.rss() }
  process.send?.(usage)
})
process.send?.((server.address() as AddressInfo).port)
