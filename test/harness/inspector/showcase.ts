import { sample } from '../../../src/testing/index.js'
import type { SunoCallbacks } from '../../../src/index.js'
import { startApp, startProvider } from './app.js'

/**
 * An app in which much has happened: songs at every stage, the other kinds, a listener that fails, and what was turned away.
 * @returns the address of its inspector
 */
export async function startShowcase(): Promise<string> {
  const provider = await startProvider()
  const app = await startApp({ inspect: provider.inspect, listen: addListeners })
  const imageUrl = `${provider.url}/files/cover.jpeg`
  const audioUrl = `${provider.url}/files/song.mp3`
  const song = (title: string) => ({ overrides: { tracks: [{ title, imageUrl, audioUrl }] } })

  await app.send('video', sample('video:complete'))
  await app.send('lyrics', sample('lyrics:complete'))
  await app.send('midi', sample('midi:complete', { overrides: { instruments: melody() } }))
  await app.send('cover', sample('cover:complete', { overrides: { images: [imageUrl, imageUrl] } }))
  await app.send('stems', sample('stems:complete', { overrides: { originUrl: audioUrl } }))
  await app.send('music', sample('music:complete'), '?suno_signature=forged')
  await app.send('music', sample('error', { kind: 'music', overrides: { reason: 'refused' } }))
  await app.send('music', sample('music:first', { taskId: 'running', ...song('Paper Boats') }))
  await provider.submit(app, 'music')
  // The song that a test opens is the newest, when all of it is there.
  const list = `${app.url}/tasks`
  while (!(await (await fetch(list)).text()).includes('"title":"Harbour Lantern"')) await pause()
  while (!(await (await fetch(list)).text()).includes('"type":"music:complete"')) await pause()
  return app.url
}

function addListeners(suno: SunoCallbacks): void {
  suno.on('*', async function saveTask() {
    await pause()
  })
  suno.on('stems:complete', async function mixDown() {
    await pause()
    throw new TypeError("Cannot read properties of undefined (reading 'gain')")
  })
}

/** Something like music, for the piano roll. */
function melody() {
  const notes = (base: number, step: number, length: number) =>
    Array.from({ length: 64 }, (_, index) => {
      const pitch = base + ([0, 4, 7, 12, 9, 7, 4, 2][(index * step) % 8] ?? 0)
      return { pitch, start: index * 0.5, end: index * 0.5 + length, velocity: 0.8 }
    })
  return [
    { name: 'Piano', notes: notes(60, 1, 0.45) },
    { name: 'Bass', notes: notes(36, 2, 0.3) },
  ]
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30))
}
