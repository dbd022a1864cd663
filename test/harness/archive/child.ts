// A process that archives, to be killed or measured: child.js <what> <url of the files> <folder> <number>
import { archiver, directory } from 'suno-callbacks/archive'
import { sampleEvent } from 'suno-callbacks/testing'
import { songOf } from './song.js'

const [, , what = '', url = '', root = '', number = '0'] = process.argv

const archive = archiver({
  to: directory(root),
  include: ['audio', 'image'],
  allowPrivate: true,
  maxFileBytes: 10 ** 12,
  fileTimeoutMs: 600_000,
})

/** Songs one after the other, without an end. */
async function archiveSongs(): Promise<void> {
  process.stdout.write('begun\n')
  for (let song = Number(number); ; song++) await archive.save(songOf(song, url))
}

/** One file of so many MB; tells the most memory that it took, in MB. */
async function archiveLarge(): Promise<void> {
  const link = `${url}/${String(Number(number) * 1_000_000)}/large.mp3`
  const event = sampleEvent('recovery:complete', { taskId: number, recovered: [{ id: 'large', audioUrl: link }] })
  await archive.save(event)
  process.stdout.write(`${String(Math.round(process.resourceUsage().maxRSS / 1024))}\n`)
}

await (what === 'songs' ? archiveSongs() : archiveLarge())
