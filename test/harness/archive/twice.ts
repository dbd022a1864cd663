import { archiver, directory } from 'suno-callbacks/archive'
import { serveMedia, sizeOf } from './media.js'
import { songOf } from './song.js'

export interface TwiceReport {
  readonly files: number
  /** Files that were asked for more than once, or of which more or less than all bytes were sent. */
  readonly notOnce: number
  readonly firstSeconds: number
  readonly secondSeconds: number
}

/** Archives songs of four files, all at once, and then all of them again. */
export async function archiveTwice(events: number, root: string): Promise<TwiceReport> {
  const media = await serveMedia()
  const archive = archiver({ to: directory(root), include: ['audio', 'image'], allowPrivate: true, concurrency: 16 })
  const songs = Array.from({ length: events }, (_, number) => songOf(number, media.url))
  const save = async () => {
    const startedAt = performance.now()
    await Promise.all(songs.map((song) => archive.save(song)))
    return (performance.now() - startedAt) / 1000
  }
  try {
    const [firstSeconds, secondSeconds] = [await save(), await save()]
    const counts = [...media.served]
    const notOnce = counts.filter(([path, { requests, bytes }]) => requests !== 1 || bytes !== sizeOf(path)).length
    return { files: counts.length, notOnce, firstSeconds, secondSeconds }
  } finally {
    media.close()
  }
}
