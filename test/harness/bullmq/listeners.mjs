// Takes the place of the example's listeners: each writes down when it starts and when it is done, and can fail or
// take its time: that of the event's metadata, or the one given to the whole process.
import { randomUUID } from 'node:crypto'
import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const { EFFECTS_FILE, LISTENER_MS } = process.env
const write = (line) => appendFileSync(EFFECTS_FILE, `${JSON.stringify(line)}\n`)

export function subscribe(suno) {
  suno.on('*', async ({ type, key, receivedAt, metadata }) => {
    const { fail = '0', ms = '0' } = metadata
    const run = randomUUID()
    write({ step: 'start', run, pid: process.pid, at: Date.now(), type, key, receivedAt, metadata })
    await sleep(Number(LISTENER_MS ?? ms))
    const starts =
      fail === '0' ? 0 : readFileSync(EFFECTS_FILE, 'utf8').split(`"key":${JSON.stringify(key)}`).length - 1
    if (starts > 0 && starts <= Number(fail)) throw new Error(`fails at try ${starts}`)
    write({ step: 'done', run, pid: process.pid, at: Date.now(), type, key })
  })
}
