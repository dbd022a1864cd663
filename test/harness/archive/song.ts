import { sampleEvent } from 'suno-callbacks/testing'

/** A song of two tracks, with two sounds and two images; what the names of its files and links are made of. */
export function songOf(number: number, url: string) {
  const taskId = `task-${String(number)}`
  const ids = ['a', 'b'].map((letter) => `${taskId}-${letter}`)
  const tracks = ids.map((id) => ({
    id,
    audioUrl: url + pathOf(`${id}.mp3`),
    imageUrl: url + pathOf(`${id}.png`),
  }))
  return sampleEvent('music:complete', { taskId, tracks })
}

const SIZES = { mp3: 400_000, png: 60_000 }

/** The path of a file on the server, by its name in the archive. */
export function pathOf(name: string): string {
  return `/${String(name.endsWith('.mp3') ? SIZES.mp3 : SIZES.png)}/${name}`
}
