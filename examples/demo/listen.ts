import { once } from 'node:events'
import { sample } from 'suno-callbacks/testing'
import { printEvent, printOutcome } from './describe.js'
import { print, printHeading } from './print.js'
import { startReceiver } from './receiver.js'

/** Leaves the receiver up until SIGINT or SIGTERM. */
export async function listen(port: number): Promise<void> {
  const { suno, baseUrl, close } = await startReceiver(port)
  suno.on('*', printEvent)
  suno.on('outcome', (outcome) => printOutcome(outcome))

  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  print(`listening on ${new URL(baseUrl).origin}`)
  printHeading('A callback to send', 'Copy it into another terminal. Sent again it is a repeat: 200, and no event.')
  print()
  print(curl(suno.callbackUrl('music', { metadata: { orderId: '42' } }), sample('music:complete', { provider: 'kie' })))
  printHeading('What arrives', 'Ctrl-C ends it.')

  await stopped
  const left = await close()
  print(`closed, ${String(left)} events left unfinished`)
}

function curl(url: string, body: unknown): string {
  const lines = [`curl -i ${quoted(url)}`, `-H 'content-type: application/json'`, `-d ${quoted(JSON.stringify(body))}`]
  return lines.join(' \\\n  ')
}

/** For a POSIX shell: within single quotes, only the single quote itself needs care. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
