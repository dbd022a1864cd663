import { createWriteStream, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { archiver, directory } from 'suno-callbacks/archive'
import { sampleEvent } from 'suno-callbacks/testing'
import { toTaskId } from './callback.js'
import { freshDirectory } from './open-store.js'

export interface ArchivingOrder {
  readonly how: 'archiver' | 'plain'
  /** Of a server with a file of any size and name: `/<bytes>/<name>`. */
  readonly url: string
  /** Of a file. */
  readonly bytes: number
  readonly seconds: number
}

export interface ArchivingMeasured {
  /** Of this process, all its threads and what the system did for it. */
  readonly cpuMsPerMb: number
  readonly mbPerSecond: number
}

const order = JSON.parse(process.argv[2] ?? '') as ArchivingOrder
const folder = freshDirectory()
const archive = archiver({ to: directory(folder), include: ['audio'], allowPrivate: true, logger: false })
const keep = order.how === 'archiver' ? keepByArchiver : keepByHand
let made = 0

// Whoever reads what is sent ends us: the folder goes first.
process.send?.(await measured().finally(() => rmSync(folder, { recursive: true })))

async function measured(): Promise<ArchivingMeasured> {
  await timed(order.seconds / 2)
  return timed(order.seconds)
}

/** Keeps files for so long, at least one. What it takes to remove them is not counted. */
async function timed(seconds: number): Promise<ArchivingMeasured> {
  const until = performance.now() + seconds * 1000
  let [cpuMs, ms, megabytes] = [0, 0, 0]
  do {
    const taskId = toTaskId('', made++)
    const link = `${order.url}/${String(order.bytes)}/${taskId}.mp3`
    const [from, cpuFrom] = [performance.now(), process.cpuUsage()]
    const path = await keep(link, taskId)
    const { user, system } = process.cpuUsage(cpuFrom)
    ms += performance.now() - from
    cpuMs += (user + system) / 1000
    megabytes += order.bytes / 1_000_000
    if (statSync(path).size !== order.bytes) throw new Error('The file was not kept whole.')
    rmSync(path)
  } while (performance.now() < until)
  return { cpuMsPerMb: cpuMs / megabytes, mbPerSecond: megabytes / (ms / 1000) }
}

/** Answers the path of the file. */
async function keepByArchiver(link: string, taskId: string): Promise<string> {
  const event = sampleEvent('music:complete', { taskId, tracks: [{ audioUrl: link }] })
  const { files } = await archive.save(event)
  const [file] = files
  if (files.length !== 1 || file?.status !== 'stored') throw new Error('The file was not fetched.')
  return join(folder, file.key)
}

async function keepByHand(link: string, taskId: string): Promise<string> {
  const path = join(folder, `${taskId}.mp3`)
  const { body } = await fetch(link)
  if (body === null) throw new Error('The file was not fetched.')
  await pipeline(Readable.fromWeb(body), createWriteStream(path))
  return path
}
