// What the app does with events: in its workers, never in its receivers.
import { appendFile } from 'node:fs/promises'

const { SONGS_FILE = 'songs.jsonl' } = process.env

export function subscribe(suno) {
  suno.on('music:complete', async ({ key, tracks, metadata }) => {
    // The key is the event's own, and fit for a unique column: should a song be saved twice, it is the same song.
    const song = { key, orderId: metadata.orderId, audioUrls: tracks.map(({ audioUrl }) => audioUrl) }
    await appendFile(SONGS_FILE, `${JSON.stringify(song)}\n`)
    console.log(`order ${metadata.orderId}: ${tracks.length} tracks`)
  })

  suno.on('error', ({ taskId, reason, message }) => console.log(`task ${taskId} failed: ${message ?? reason}`))
}
