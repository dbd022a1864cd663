import { now, type RecordWriter } from './records.js'

/** Records when the machine did not let this process run for a while: a process that is busy itself uses that time. */
export function watchStalls(port: number, { write }: RecordWriter): void {
  let from = now()
  let usage = process.cpuUsage()
  const look = () => {
    const until = now()
    const { user, system } = process.cpuUsage(usage)
    const usedMs = (user + system) / 1000
    if (until - from > LONGEST_MS && usedMs < (until - from) / 2)
      write('stalls', { pid: process.pid, port, from, until })
    from = until
    usage = process.cpuUsage()
  }
  setInterval(look, LOOK_EVERY_MS).unref()
}

const LOOK_EVERY_MS = 20
const LONGEST_MS = 100
