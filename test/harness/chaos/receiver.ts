import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { SunoCallbacks } from 'suno-callbacks'
import { requestListener } from 'suno-callbacks/node'
import { openStore } from './open-store.js'
import { startPolling } from './start-polling.js'
import type { ReceiverSettings } from './receiver-settings.js'
import { recordingStore } from './recording-store.js'
import { now, recordWriter } from './records.js'
import { subscribe } from './subscribe.js'
import { watchStalls } from './watch-stalls.js'

/** One receiver: loads, and listens when it is told to. It ends by itself when the process that started it is gone. */
async function main(): Promise<void> {
  process.once('disconnect', () => process.exit(1))
  const settings = JSON.parse(process.argv[2] ?? '') as ReceiverSettings
  const { secret, times, port, records } = settings
  const writer = recordWriter(records)
  const opened = await openStore(settings)
  const store = recordingStore(opened.store, writer)
  const { deadlineMs, bodyTimeoutMs, leaseMs, maxRunMs } = times
  const suno = new SunoCallbacks({ secret, store, deadlineMs, bodyTimeoutMs, leaseMs, maxRunMs, logger: LOGGER })
  const endListeners = await subscribe({ suno, store, writer, settings })
  suno.on('outcome', ({ status, type, taskId, key }) =>
    writer.write('outcomes', { status, type, taskId, key, pid: process.pid, at: now() }),
  )

  process.send?.('loaded')
  await once(process, 'message')
  const server = createServer(requestListener(suno))
  await listen(server, port)
  const poller = settings.polling && startPolling(suno, opened.tasks(), writer, settings.polling)
  watchStalls(port, writer)
  process.send?.('listening')

  await once(process, 'SIGTERM')
  await poller?.stop()
  await suno.close({ graceMs: maxRunMs })
  server.close()
  server.closeAllConnections()
  await endListeners()
  await opened.close()
  process.disconnect()
}

/** The port may be held a moment longer by the process that was killed. */
async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      return
    } catch (error) {
      if (tries === 50) throw error
      await sleep(20)
    }
  }
}

/** Kept in the receiver's log: what a finding is explained by. */
const LOGGER = {
  error: (message: string, fields?: Readonly<Record<string, unknown>>) => log('error', message, fields),
  warn: (message: string, fields?: Readonly<Record<string, unknown>>) => log('warn', message, fields),
}

function log(level: string, message: string, { key, error }: Readonly<Record<string, unknown>> = {}): void {
  const cause = error instanceof Error ? ` ${error.message} ${causeOf(error)}` : ''
  process.stderr.write(`${now().toFixed(1)} ${String(process.pid)} ${level} ${message} ${String(key)}${cause}\n`)
}

function causeOf({ cause }: Error): string {
  return cause instanceof Error ? `(${cause.message})` : ''
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
