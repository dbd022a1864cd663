import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { SunoCallbacks } from 'suno-callbacks'
import { requestListener } from 'suno-callbacks/node'
import { memoryHeld } from './garbage.js'

// Says its port, and then after each request how many bytes were held at the highest, beyond those before it: while the body arrives,
// and where all of it is there, in the verifier and in the listener.

// Whoever started us is gone.
process.once('disconnect', () => process.exit(1))

/** To collect the garbage again and again takes longer than a body may. */
const LIMITS = { deadlineMs: 14_000, bodyTimeoutMs: 14_000 }

const REST_MS = 100

let highest = 0
const suno = new SunoCallbacks({
  ...LIMITS,
  logger: false,
  verify: () => {
    look()
    return true
  },
})
suno.on('music:text', look)
const listener = requestListener(suno, { path: '/suno' })

let before = 0
const server = createServer((request, response) => {
  let isOver = false
  response.once('close', () => (isOver = true))
  highest = 0
  // What node:http keeps until somebody reads is there in this turn only.
  process.nextTick(look)
  listener(request, response)
  void watch(() => isOver)
}).listen(0, '127.0.0.1')
await once(server, 'listening')
before = await atRest()
process.send?.((server.address() as AddressInfo).port)

async function watch(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const from = performance.now()
    look()
    // The more is held, the longer a collection takes: the body has most of the time, so that it is not too slow.
    await pause(4 * (performance.now() - from))
  }
  const peak = highest - before
  before = await atRest()
  process.send?.(peak)
}

/** What is held when nothing is under way; connections take a while to end. */
async function atRest(): Promise<number> {
  await pause(REST_MS)
  return memoryHeld()
}

function look(): void {
  highest = Math.max(highest, memoryHeld())
}
