import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Midi } from '@tonejs/midi'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  archiver,
  directory,
  type Archive,
  type Archived,
  type ArchivedFile,
  type ArchiveError,
  type ArchiverOptions,
  type Destination,
  type FileProgress,
} from '../../src/archive/index.js'
import { SunoCallbacks, type EventType, type SunoEvent } from '../../src/index.js'
import { sample, sampleEvent } from '../../src/testing/index.js'
import { filesBelow, temporaryFolder } from './folder.js'
import { mediaServer, type MediaServer } from './media-server.js'

const FAST = { allowPrivate: true, pauseMs: 1, logger: false } as const

/** An archive in a folder of its own. */
function archiveIn(options: Partial<ArchiverOptions> = {}): { readonly archive: Archive; readonly root: string } {
  const root = temporaryFolder()
  return { archive: archiver({ to: directory(root), ...FAST, ...options }), root }
}

/** A song of two tracks whose links lead to the server. */
function song({ url }: MediaServer, options: object = {}) {
  const tracks = ['one', 'two'].map((id) => ({
    id,
    audioUrl: `${url}/ok/${id}.mp3`,
    sourceAudioUrl: `${url}/ok/${id}-source.mp3`,
    streamAudioUrl: `${url}/ok/${id}-stream`,
    sourceStreamAudioUrl: null,
    imageUrl: `${url}/ok/${id}.jpeg`,
    sourceImageUrl: null,
    // The sample's own is so old that its links are dead.
    createdAt: new Date(),
  }))
  return sampleEvent('music:complete', { taskId: 'task', tracks, receivedAt: new Date(), ...options })
}

/** A recovered track with one link. */
function track(audioUrl: string, taskId = 'task') {
  return sampleEvent('recovery:complete', { taskId, recovered: [{ id: 'song', audioUrl }] })
}

async function failureOf(saving: Promise<Archived>): Promise<ArchiveError> {
  return saving.then(
    () => expect.fail('All files were stored.'),
    (error: unknown) => error as ArchiveError,
  )
}

const statuses = (files: readonly ArchivedFile[]) => files.map(({ type, name, status }) => `${type} ${name} ${status}`)

describe('save', () => {
  test('stores each file of a song, its words, and the manifest last', async () => {
    const server = await mediaServer()
    const order: string[] = []
    const root = temporaryFolder()
    const folder = directory(root)
    const to: Destination = {
      ...folder,
      put: async (key, file, info) => {
        await folder.put(key, file, info)
        order.push(`${key} ${info.contentType} ${info.taskId}`)
      },
    }
    const event = song(server)
    const { taskId, files } = await archiver({ to, ...FAST }).save(event)
    expect(taskId).toBe('task')
    expect(filesBelow(root)).toEqual([
      ...['task/manifest.json', 'task/one.jpg', 'task/one.mp3', 'task/one.txt'],
      ...['task/two.jpg', 'task/two.mp3', 'task/two.txt'],
    ])
    expect(order).toHaveLength(7)
    expect(order.at(-1)).toBe('task/manifest.json application/json task')
    expect(readFileSync(join(root, 'task/one.txt'), 'utf8')).toBe('[Verse] A lantern on the harbour wall\n')
    const manifest = JSON.parse(readFileSync(join(root, 'task/manifest.json'), 'utf8')) as Record<string, unknown>
    expect(manifest).toMatchObject({ version: 1, taskId: 'task', files, event: { key: event.key, raw: event.raw } })
    expect(files[0]).toEqual({
      type: 'audio',
      name: 'one',
      url: `${server.url}/ok/one.mp3`,
      status: 'stored',
      key: 'task/one.mp3',
      bytes: expect.any(Number) as number,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      contentType: 'audio/mpeg',
      error: null,
    })
  })

  test('fetches nothing twice: the second time all is present, and nothing is written', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn()
    const first = await archive.save(song(server))
    const asked = server.asked.length
    const written = readFileSync(join(root, 'task/manifest.json'))
    const second = await archive.save(song(server))
    expect(new Set(second.files.map(({ status }) => status))).toEqual(new Set(['present']))
    expect(second.files.map(({ sha256 }) => sha256)).toEqual(first.files.map(({ sha256 }) => sha256))
    expect(server.asked).toHaveLength(asked)
    expect(readFileSync(join(root, 'task/manifest.json'))).toEqual(written)
  })

  test('fetches once when one event is saved twice at the same time', async () => {
    const server = await mediaServer()
    const { archive } = archiveIn()
    const saved = await Promise.all([
      archive.save(song(server)),
      archive.save(song(server)),
      archive.save(song(server)),
    ])
    expect(saved.map(({ files }) => files[0]?.status)).toEqual(['stored', 'present', 'present'])
    expect(server.asked).toHaveLength(4)
  })

  test('throws what failed, keeps what is stored, and fetches only the rest the next time', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ tries: 2 })
    const event = song(server)
    const [first] = event.tracks
    const url = `${server.url}/html/one.mp3`
    const broken = {
      ...event,
      tracks: [{ ...first, audioUrl: url, sourceAudioUrl: url, streamAudioUrl: null }, event.tracks[1]],
    }
    const error = await failureOf(archive.save(broken as typeof event))
    expect(error).toMatchObject({ name: 'ArchiveError', code: 'WRONG_TYPE', taskId: 'task' })
    expect(error.message).toContain('1 of 6 files of task task are not stored. audio one: WRONG_TYPE,')
    expect(error.message).not.toContain('http')
    expect(statuses(error.files)).toEqual([
      'audio one failed',
      'image one stored',
      'lyrics one stored',
      'audio two stored',
      'image two stored',
      'lyrics two stored',
    ])
    expect(filesBelow(root)).not.toContain('task/manifest.json')
    server.asked.length = 0
    const { files } = await archive.save(event)
    expect(statuses(files)[0]).toBe('audio one stored')
    expect(server.asked).toEqual(['/ok/one.mp3'])
    expect(filesBelow(root)).toContain('task/manifest.json')
  })

  test('has nothing to do for events without files, and for stages before the last', async () => {
    const { archive, root } = archiveIn()
    for (const type of ['music:text', 'music:first', 'voice:ready', 'phrase:ready', 'error', 'unknown'] as const) {
      const event: SunoEvent = sampleEvent<EventType>(type, { taskId: 'task' })
      expect(await archive.save(event)).toEqual({ taskId: 'task', files: [] })
    }
    const { archive: wordless } = archiveIn({ include: ['audio'] })
    expect(await wordless.save(sampleEvent('lyrics:complete'))).toMatchObject({ files: [] })
    expect(filesBelow(root)).toEqual([])
  })

  test('keeps only what is asked for', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ include: ['image'] })
    await archive.save(song(server))
    expect(filesBelow(root)).toEqual(['task/manifest.json', 'task/one.jpg', 'task/two.jpg'])
  })

  test('gives a file the extension of its bytes, whatever its link says', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn()
    for (const [way, magic] of Object.entries({ flac: 'fLaC', ogg: 'OggS' })) {
      server.behaviours[way] = (_, response) => response.end(magic + '.'.repeat(100))
    }
    const recovered = ['m4a', 'wav', 'mp3'].map((ending) => ({ id: ending, audioUrl: `${server.url}/ok/x.${ending}` }))
    const event = sampleEvent('recovery:complete', {
      taskId: 'task',
      recovered: [...recovered, ...['flac', 'ogg'].map((id) => ({ id, audioUrl: `${server.url}/${id}/x.mp3` }))],
    })
    await archive.save(event)
    expect(filesBelow(root)).toEqual([
      ...['task/flac.flac', 'task/m4a.m4a', 'task/manifest.json', 'task/mp3.mp3', 'task/ogg.ogg', 'task/wav.wav'],
    ])
    expect((await archive.save(event)).files.map(({ status }) => status)).toEqual(Array(5).fill('present'))
  })

  test('knows an image by its bytes, and takes a sound of the same family for none', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ tries: 1 })
    server.behaviours.webp = (_, response) => response.end(`RIFF....WEBP${'.'.repeat(100)}`)
    await archive.save(sampleEvent('cover:complete', { taskId: 'task', images: [`${server.url}/webp/a.png`] }))
    expect(filesBelow(root)).toEqual(['task/cover-1.webp', 'task/manifest.json'])
    const sound = sampleEvent('cover:complete', { images: [`${server.url}/ok/a.wav`] })
    expect((await failureOf(archive.save(sound))).code).toBe('WRONG_TYPE')
  })

  test('has no text of a song without words', async () => {
    const event = sampleEvent('music:complete', { taskId: 'task', tracks: [{ id: 'one' }] })
    const tracks = event.tracks.map((one) => ({ ...one, prompt: null }))
    expect(await archiveIn({ include: ['lyrics'] }).archive.save({ ...event, tracks })).toMatchObject({ files: [] })
  })

  test('tells tracks apart that have no id, or the same', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ include: ['audio'] })
    const recovered = [null, null, 'Same', 'same', 'same-2'].map((id) => ({ id, audioUrl: `${server.url}/ok/x.mp3` }))
    await archive.save(sampleEvent('recovery:complete', { taskId: 'task', recovered }))
    expect(filesBelow(root)).toEqual([
      ...['task/Same.mp3', 'task/manifest.json', 'task/same-2-2.mp3', 'task/same-2.mp3'],
      ...['task/track-1.mp3', 'task/track-2.mp3'],
    ])
  })

  test('stores stems, those of an advanced separation as well, and covers', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn()
    const at = (name: string) => `${server.url}/ok/${name}.mp3`
    const part = (name: string) => ({ id: name, audioUrl: at(name), duration: 1, stemTypeGroupName: 'Lead Vocal' })
    const event = {
      ...sampleEvent('stems:complete', { taskId: 'task' }),
      originUrl: at('origin'),
      originData: [
        { extract: part('a'), remove: { ...part('b'), stemTypeGroupName: null } },
        { extract: null, remove: { ...part('c'), stemTypeGroupName: 'con' } },
      ],
    }
    const stems = { ...event.stems, vocalUrl: at('vocal'), instrumentalUrl: null, backingVocalsUrl: at('back') }
    await archive.save({ ...event, stems })
    await archive.save(sampleEvent('cover:complete', { taskId: 'covers', images: [`${server.url}/ok/a.png`] }))
    expect(filesBelow(root)).toEqual([
      ...['covers/cover-1.png', 'covers/manifest.json'],
      ...['task/backing-vocals.mp3', 'task/extract-1-Lead-Vocal.mp3', 'task/manifest.json', 'task/origin.mp3'],
      ...['task/remove-1.mp3', 'task/remove-2-con_.mp3', 'task/vocal.mp3'],
    ])
  })

  test('stores videos and WAV files, and takes nothing else for one', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ tries: 1 })
    await archive.save(sampleEvent('video:complete', { taskId: 'v', videoUrl: `${server.url}/ok/a.mp4` }))
    await archive.save(sampleEvent('wav:complete', { taskId: 'w', audioWavUrl: `${server.url}/ok/a.wav` }))
    expect(filesBelow(root)).toEqual(['v/manifest.json', 'v/video.mp4', 'w/audio.wav', 'w/manifest.json'])
    for (const event of [
      sampleEvent('video:complete', { taskId: 'x', videoUrl: `${server.url}/ok/a.m4a` }),
      sampleEvent('wav:complete', { taskId: 'x', audioWavUrl: `${server.url}/ok/a.mp3` }),
    ]) {
      expect((await failureOf(archive.save(event))).code).toBe('WRONG_TYPE')
    }
  })

  test('stores lyrics as text', async () => {
    const { archive, root } = archiveIn()
    await archive.save(sampleEvent('lyrics:complete', { taskId: 'task' }))
    expect(filesBelow(root)).toEqual(['task/lyrics-1.txt', 'task/lyrics-2.txt', 'task/manifest.json'])
    expect(readFileSync(join(root, 'task/lyrics-1.txt'), 'utf8')).toMatch(/^\[Verse\]\nA lantern .*\n$/s)
  })

  test('asks with a User-Agent, without a cookie or a key, on a connection of its own', async () => {
    const server = await mediaServer()
    await archiveIn().archive.save(track(`${server.url}/ok/a.mp3`))
    const [headers] = server.headers
    expect(Object.keys(headers ?? {}).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent'])
    expect(headers).toMatchObject({
      'user-agent': 'suno-callbacks',
      'accept-encoding': 'identity',
      connection: 'close',
    })
  })

  test('refuses what is no event, and options that are none', async () => {
    const { archive } = archiveIn()
    for (const event of [undefined, null, {}, { type: 'music:complete' }, 'music:complete']) {
      await expect(archive.save(event as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    }
    const event = sampleEvent('error')
    await expect(archive.save(event, { signal: 7 } as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(archive.save(event, { abort: 7 } as never)).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' })
  })

  test('stops when the signal aborts, before it begins, while it waits, in a pause, and in the middle', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ pauseMs: 600_000, concurrency: 1 })
    const early = await failureOf(archive.save(song(server), { signal: AbortSignal.abort(new Error('no more')) }))
    expect(new Set(early.files.map(({ error }) => error?.code))).toEqual(new Set(['ABORTED']))
    expect(server.asked).toEqual([])
    for (const way of ['stall', '500']) {
      const controller = new AbortController()
      server.asked.length = 0
      // Two events: the second waits for the only slot where the first stalls.
      const saving = [track(`${server.url}/${way}/a.mp3`, 'a'), track(`${server.url}/${way}/b.mp3`, 'b')].map((event) =>
        failureOf(archive.save(event, { signal: controller.signal })),
      )
      await vi.waitFor(() => expect(server.asked.length).toBeGreaterThan(0))
      controller.abort()
      expect((await Promise.all(saving)).map(({ code }) => code)).toEqual(['ABORTED', 'ABORTED'])
    }
    expect(filesBelow(root)).toEqual([])
    await archive.save(track(`${server.url}/ok/a.mp3`))
  })
})

describe('other links', () => {
  test('are used, once each and in their order, when the first has been tried so often as allowed', async () => {
    const server = await mediaServer()
    const { archive } = archiveIn({ include: ['audio'], tries: 3 })
    const { url } = server
    const links = { audioUrl: `${url}/empty/1`, sourceAudioUrl: `${url}/cut/2.mp3`, streamAudioUrl: `${url}/ok/3` }
    const event = sampleEvent('music:complete', { taskId: 'task', tracks: [{ id: 'one', ...links }] })
    const { files } = await archive.save(event)
    expect(files).toMatchObject([{ status: 'stored', url: `${url}/ok/3` }])
    expect(server.asked).toEqual(['/empty/1', '/empty/1', '/empty/1', '/cut/2.mp3', '/ok/3'])
  })

  test('are used at once where the first can never be', async () => {
    const server = await mediaServer()
    const { archive } = archiveIn({ include: ['audio'], tries: 50, maxFileBytes: 1_000_000 })
    const links = { audioUrl: `${server.url}/huge/1.mp3`, sourceAudioUrl: `${server.url}/ok/2.mp3` }
    await archive.save(sampleEvent('music:complete', { taskId: 'task', tracks: [{ id: 'one', ...links }] }))
    expect(server.asked).toEqual(['/huge/1.mp3', '/ok/2.mp3'])
  })

  test('a file server that lags behind the callback is waited for', async () => {
    const server = await mediaServer()
    const { archive } = archiveIn()
    let count = 0
    server.behaviours.late = (file, response, request) => {
      const way = ++count < 4 ? '404' : 'ok'
      ;(server.behaviours[way] as (typeof server.behaviours)[string])(file, response, request)
    }
    await archive.save(track(`${server.url}/late/a.mp3`))
    expect(count).toBe(4)
  })

  test('the record is asked for fresh ones, once for all files of an event', async () => {
    const server = await mediaServer()
    const event = song(server)
    const dead = { ...event, tracks: event.tracks.map((one) => deadLinks(one, server)) } as typeof event
    const read = vi.fn(() => Promise.resolve(event))
    const { archive } = archiveIn({ poller: { read }, tries: 1 })
    const { files } = await archive.save(dead)
    expect(new Set(files.map(({ status }) => status))).toEqual(new Set(['stored']))
    expect(files[0]?.url).toBe(`${server.url}/ok/one.mp3`)
    expect(read).toHaveBeenCalledTimes(1)
    expect(read).toHaveBeenCalledWith({ kind: 'music', taskId: 'task', signal: expect.any(AbortSignal) as AbortSignal })
  })

  test('a record that has nothing new, nothing at all, or cannot be had leaves it as it was', async () => {
    const server = await mediaServer()
    const warn = vi.fn()
    const dead = track(`${server.url}/404/a.mp3`)
    for (const read of [
      () => Promise.resolve(dead),
      () => Promise.resolve(null),
      () => Promise.resolve(sampleEvent('error', { taskId: 'task' })),
      () => Promise.resolve(track(`${server.url}/404/fresh.mp3`)),
      () => Promise.reject(new Error('the provider is away')),
    ]) {
      const { archive } = archiveIn({ poller: { read }, tries: 1, logger: { error: warn, warn } })
      expect((await failureOf(archive.save(dead))).code).toBe('GONE')
    }
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn).toHaveBeenCalledWith('The record could not be asked for fresh links.', {
      kind: 'recovery',
      taskId: 'task',
      error: expect.any(Error) as Error,
    })
    expect(server.asked.at(-2)).toBe('/404/fresh.mp3')
  })

  test('what is gone names the way to get it back, never goes it, and the manifest says so', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ include: ['audio'], tries: 1 })
    const event = song(server)
    const [one, two] = event.tracks
    const error = await failureOf(
      archive.save({ ...event, tracks: [deadLinks(one as object, server), two] } as typeof event),
    )
    expect(statuses(error.files)).toEqual(['audio one gone', 'audio two stored'])
    expect(error.code).toBe('GONE')
    expect(error.message).toContain('POST /api/v1/suno/recovery')
    expect(error.files[0]?.error?.httpStatus).toBe(403)
    expect(server.asked.join()).not.toContain('recovery')
    expect(readFileSync(join(root, 'task/manifest.json'), 'utf8')).toContain('"gone"')
    const video = sampleEvent('video:complete', { videoUrl: `${server.url}/410/a.mp4` })
    expect((await failureOf(archiveIn({ tries: 1 }).archive.save(video))).message).toContain('Submit the task again')
    // Found later all the same: the manifest is written anew.
    await archive.save(event)
    expect(readFileSync(join(root, 'task/manifest.json'), 'utf8')).not.toContain('"gone"')
  })

  test('what is dead by its first link, and can never be by another, is gone', async () => {
    const server = await mediaServer()
    const { archive } = archiveIn({ include: ['audio'], tries: 1, maxFileBytes: 1_000_000 })
    const links = { audioUrl: `${server.url}/404/1.mp3`, sourceAudioUrl: `${server.url}/huge/2.mp3` }
    const none = { streamAudioUrl: null, sourceStreamAudioUrl: null, createdAt: new Date() }
    const event = sampleEvent('music:complete', { tracks: [{ id: 'one', ...links }] })
    const fresh = { ...event, expiresAt: new Date(Date.now() + 1_000_000) }
    const tracks = event.tracks.map((one) => ({ ...one, ...none }))
    expect((await failureOf(archive.save({ ...fresh, tracks }))).code).toBe('GONE')
    const away = tracks.map((one) => ({ ...one, sourceAudioUrl: `${server.url}/500/2.mp3` }))
    expect((await failureOf(archive.save({ ...fresh, tracks: away }))).code).toBe('HTTP_STATUS')
  })

  test('after their life all links are gone, whatever the server says', async () => {
    const server = await mediaServer()
    const { archive } = archiveIn({ tries: 1 })
    const receivedAt = new Date(Date.now() - 20 * 86_400_000)
    const url = `${server.url}/empty/a.mp3`
    const event = sampleEvent('recovery:complete', { receivedAt, recovered: [{ id: 'song', audioUrl: url }] })
    const error = await failureOf(archive.save(event))
    expect(error.files).toMatchObject([{ status: 'gone', error: { code: 'GONE', httpStatus: null } }])
    const day = event.expiresAt.toISOString().slice(0, 10)
    expect(error.files[0]?.error?.message).toMatch(
      new RegExp(`until ${day}, and no link brings it now: .+ Submit the task again`),
    )
    // What the archive refuses itself is another matter: the way to get it back costs credits.
    const strict = archiveIn({ tries: 1, allowHosts: ['files.example.com'] }).archive
    expect((await failureOf(strict.save(event))).files).toMatchObject([
      { status: 'failed', error: { code: 'ADDRESS_REFUSED' } },
    ])
  })
})

describe('notes', () => {
  test('become a MIDI file that reads back as it was', async () => {
    const { archive, root } = archiveIn()
    const note = { pitch: 60, start: 1, end: 1.5, velocity: 0.5 }
    const names = [
      'Drums',
      'Electric Bass (finger)',
      null,
      ...Array.from({ length: 16 }, (_, i) => `Voice ${String(i)}`),
    ]
    const instruments = names.map((name) => ({ name, notes: [note] }))
    await archive.save({ ...sampleEvent('midi:complete', { taskId: 'task' }), instruments })
    const midi = new Midi(readFileSync(join(root, 'task/notes.mid')))
    expect(midi.tracks.map(({ name }) => name)).toEqual(names.map((name) => name ?? ''))
    expect(midi.tracks.map(({ channel }) => channel).slice(0, 12)).toEqual([9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11])
    expect(midi.tracks[0]?.instrument.percussion).toBe(true)
    expect(midi.tracks[1]?.instrument.name).toBe('electric bass (finger)')
    const [read] = midi.tracks[2]?.notes ?? []
    expect(read).toMatchObject({ midi: 60, time: 1 })
    expect(read?.duration).toBeCloseTo(0.5, 2)
    expect(read?.velocity).toBeCloseTo(0.5, 1)
  })

  test('leave out what no player could play', async () => {
    const { archive, root } = archiveIn()
    const good = { pitch: 61, start: 0, end: 1, velocity: null }
    const notes = [
      { ...good, pitch: null },
      { ...good, pitch: 128 },
      { ...good, pitch: -1 },
      { ...good, start: null },
      { ...good, start: -1 },
      { ...good, end: null },
      { ...good, end: 0 },
      { ...good, end: 1e9 },
      { ...good, velocity: 7 },
      good,
    ]
    const event = sampleEvent('midi:complete', { taskId: 'task', instruments: [{ name: 'Piano', notes }] })
    await archive.save(event)
    const [track] = new Midi(readFileSync(join(root, 'task/notes.mid'))).tracks
    expect(track?.notes.map(({ midi, velocity }) => [midi, Math.round(velocity * 10)])).toEqual([
      [61, 10],
      [61, 8],
    ])
    expect((await archive.save(event)).files).toMatchObject([{ status: 'present', contentType: 'audio/midi' }])
  })

  test.each([
    [
      'MIDI_WRITER_MISSING',
      '@tonejs/midi: install it, or leave "midi" out of include',
      () => {
        throw new Error('Cannot find package')
      },
    ],
    [
      'DESTINATION_FAILED',
      'The file could not be stored.',
      () => ({
        default: {
          Midi: class {
            addTrack() {
              throw new Error('a bug of the writer')
            }
          },
        },
      }),
    ],
  ])('fail with %s where nothing can write them', async (code, message, load) => {
    vi.resetModules()
    vi.doMock('@tonejs/midi', load)
    onTestFinished(() => {
      vi.doUnmock('@tonejs/midi')
      vi.resetModules()
    })
    const fresh = await import('../../src/archive/index.js')
    const archive = fresh.archiver({ to: directory(temporaryFolder()), ...FAST })
    const error = await failureOf(archive.save(sampleEvent('midi:complete')))
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
  })
})

describe('keys', () => {
  test('are what the function makes of safe words', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({
      key: ({ metadata, kind, type, title, extension, name }) =>
        `${metadata.user ?? 'none'}/${kind}/${type}/${title ?? name}.${extension}`,
      include: ['audio'],
    })
    const tracks = [{ id: 'one', title: 'Ärger / "im" Büro?', audioUrl: `${server.url}/ok/a.mp3` }]
    const event = sampleEvent('music:complete', { tracks })
    await archive.save({ ...event, metadata: { user: '../../etc/passwd', none: undefined } })
    expect(filesBelow(root)).toEqual([
      expect.stringMatching(/^etc-passwd-[0-9a-f]{16}\/music\/audio\/Arger-im-Buro\.mp3$/) as string,
      expect.stringMatching(/^etc-passwd-[0-9a-f]{16}\/music\/manifest\/manifest\.json$/) as string,
    ])
  })

  test('stay in the folder whatever ids and titles hold, and no two ids become one', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ include: ['audio'] })
    const ids = ['../up', '..', 'a/b', 'a b', 'a-b', 'con', 'x'.repeat(300), 'ü', '🎵', '.hidden', 'a\0b']
    for (const id of ids) {
      const recovered = [{ id, audioUrl: `${server.url}/ok/a.mp3` }]
      await archive.save(sampleEvent('recovery:complete', { taskId: id, recovered }))
    }
    const files = filesBelow(root)
    expect(files).toHaveLength(2 * ids.length)
    for (const file of files) expect(file).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*\/[A-Za-z0-9_-][A-Za-z0-9._-]*$/)
  })

  test.each([
    ['answers no key', () => '../song', /a key is at most/],
    ['answers nothing', () => undefined as unknown as string, /a key is at most/],
    [
      'throws',
      () => {
        throw new Error('of the app')
      },
      /threw an error/,
    ],
    ['names neither the task nor the track', () => 'files/a.mp3', /the second is taken for stored/],
  ])('a function that %s fails the file, and says why', async (_what, key, message) => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ key })
    const error = await failureOf(archive.save(track(`${server.url}/ok/a.mp3`)))
    expect(error.code).toBe('KEY_INVALID')
    expect(error.message).toMatch(message)
    expect(server.asked).toEqual([])
    expect(filesBelow(root)).toEqual([])
  })

  test('a title as the name stands for "untitled" or a device of Windows as well', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({
      key: ({ taskId, title, extension }) => `${taskId}/${title ?? 'manifest'}.${extension}`,
    })
    const recovered = ['???', 'AUX'].map((title) => ({ id: title, title, audioUrl: `${server.url}/ok/a.mp3` }))
    await archive.save(sampleEvent('recovery:complete', { taskId: 'task', recovered }))
    expect(filesBelow(root)).toEqual(['task/AUX_.mp3', 'task/manifest.json', 'task/untitled.mp3'])
  })
})

describe('two files of an event with one key', () => {
  const byTitle: ArchiverOptions['key'] = ({ taskId, title, extension, type }) =>
    `${taskId}/${title ?? type}.${extension}`
  /** Tracks of these titles, each with a link of its own. */
  const titled = ({ url }: MediaServer, titles: readonly string[], taskId = 'task') => {
    const recovered = titles.map((title, index) => {
      const id = `id-${String(index + 1)}`
      return { id, title, audioUrl: `${url}/ok/${id}.${index === 0 ? 'mp3' : 'm4a'}` }
    })
    return sampleEvent('recovery:complete', { taskId, recovered })
  }

  test('are refused both, each with the other, every time, and nothing is fetched or overwritten', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ key: byTitle })
    // One that an archive with another key may have left.
    mkdirSync(join(root, 'task'))
    writeFileSync(join(root, 'task/Same.mp3'), 'of before')
    for (let count = 0; count < 2; count++) {
      const error = await failureOf(archive.save(titled(server, ['Same', 'same', 'Other'])))
      expect(error.code).toBe('KEY_INVALID')
      expect(statuses(error.files)).toEqual([
        'audio id-1 failed',
        'audio id-2 failed',
        `audio id-3 ${count === 0 ? 'stored' : 'present'}`,
      ])
      const messages = error.files.map((file) => String(file.error?.message))
      expect(messages[0]).toContain('key(file): audio id-2 has the same key, capitals aside')
      expect(messages[1]).toContain('audio id-1 has the same key')
      expect(messages[1]).toContain('Let the key hold name')
    }
    expect(server.asked).toEqual(['/ok/id-3.m4a'])
    expect(filesBelow(root)).toEqual(['task/Other.m4a', 'task/Same.mp3'])
    expect(readFileSync(join(root, 'task/Same.mp3'), 'utf8')).toBe('of before')
    const due = await archive.due({ withinMs: 20 * 86_400_000 })
    expect(due).toMatchObject([{ taskId: 'task', missing: 2 }])
  })

  test('are stored when the key holds the name', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({
      key: ({ taskId, title, name, extension }) => `${taskId}/${title ?? 'all'}-${name}.${extension}`,
    })
    await archive.save(titled(server, ['Same', 'Same']))
    expect(filesBelow(root)).toEqual(['task/Same-id-1.mp3', 'task/Same-id-2.m4a', 'task/all-manifest.json'])
  })

  test('are refused also where one is the manifest', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ key: ({ taskId, title }) => `${taskId}/${title ?? 'all'}` })
    const error = await failureOf(archive.save(titled(server, ['One', 'All'])))
    expect(statuses(error.files)).toEqual(['audio id-1 stored', 'audio id-2 failed'])
    expect(error.message).toContain('key(file): the manifest has the same key')
    expect(filesBelow(root)).toEqual(['task/One'])
  })

  test('are told apart when the key is made anew each time that it is asked for', async () => {
    const server = await mediaServer()
    let count = 0
    const { archive, root } = archiveIn({ key: ({ taskId, type }) => `${taskId}/${type}-${String(++count)}` })
    const { files } = await archive.save(titled(server, ['Same', 'Same']))
    expect(filesBelow(root)).toEqual(expect.arrayContaining(files.map(({ key }) => key)))
    expect(new Set(files.map(({ key }) => key)).size).toBe(2)
  })
})

describe('a destination', () => {
  /** A destination that works, but for what is given. */
  const broken = (fault: Partial<Destination>): Destination => ({
    has: () => Promise.resolve(null),
    put: async (_, file) => {
      await drain(file)
    },
    ...fault,
  })
  const failing = (code?: string) => () =>
    Promise.reject(Object.assign(new Error('inner'), code === undefined ? {} : { code }))

  test.each([
    ['cannot be asked', broken({ has: failing('ECONNREFUSED') }), 'DESTINATION_FAILED', '(ECONNREFUSED)'],
    ['rejects', broken({ put: failing() }), 'DESTINATION_FAILED', 'could not store the file.'],
    [
      'rejects with nothing',
      broken({ put: () => Promise.reject(undefined as unknown as Error) }),
      'DESTINATION_FAILED',
      '',
    ],
    [
      'throws at once',
      broken({
        put: () => {
          throw new Error('inner')
        },
      }),
      'DESTINATION_FAILED',
      '',
    ],
    [
      'reads nothing',
      broken({ put: () => Promise.resolve() }),
      'DESTINATION_FAILED',
      'did not read the file to its end',
    ],
    ['has a quota', broken({ put: failing('EDQUOT') }), 'DISK_FULL', 'make room'],
  ])('that %s fails the file at once, without other tries', async (_what, to, code, message) => {
    const server = await mediaServer()
    const error = await failureOf(archiver({ to, ...FAST }).save(track(`${server.url}/ok/a.mp3`)))
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
    expect(server.asked.length).toBeLessThan(2)
  })

  test('that keeps half of a file that was cut, and says nothing, is not believed', async () => {
    const server = await mediaServer()
    const to = broken({
      put: async (_, file) => {
        try {
          await drain(file)
        } catch {
          // It keeps what it has.
        }
      },
    })
    const error = await failureOf(archiver({ to, ...FAST, tries: 1 }).save(track(`${server.url}/cut/a.mp3`)))
    expect(error.code).toBe('CUT_OFF')
  })

  test('that wraps the end of the bytes does not hide why they ended', async () => {
    const server = await mediaServer()
    const to = broken({
      put: async (_, file) => {
        try {
          await drain(file)
        } catch (cause) {
          throw new Error('wrapped', { cause })
        }
      },
    })
    const error = await failureOf(archiver({ to, ...FAST, tries: 2 }).save(track(`${server.url}/cut/a.mp3`)))
    expect(error.code).toBe('CUT_OFF')
    expect(server.asked).toHaveLength(2)
  })

  test('that hangs is given up after fileTimeoutMs', async () => {
    const server = await mediaServer()
    const to = broken({ put: () => new Promise(() => undefined) })
    const saving = archiver({ to, ...FAST, tries: 1, fileTimeoutMs: 300 }).save(track(`${server.url}/ok/a.mp3`))
    expect((await failureOf(saving)).code).toBe('TOO_SLOW')
  })

  /** Never answers calls of the method for keys of that ending, until told. */
  const hanging = (method: 'has' | 'put', ending: string) => {
    const late: ((error: Error) => void)[] = []
    let isDown = true
    const working = broken({})
    const call = <T>(key: string, answer: () => Promise<T>) =>
      isDown && key.endsWith(ending) ? new Promise<T>((_, reject) => late.push(reject)) : answer()
    const to: Destination = {
      has: (key) => (method === 'has' ? call(key, () => working.has(key)) : working.has(key)),
      put: (key, ...rest) =>
        method === 'put' ? call(key, () => working.put(key, ...rest)) : working.put(key, ...rest),
    }
    return { to, late, recover: () => (isDown = false) }
  }

  describe.each([
    ['is asked for a file', 'has', '.txt'],
    ['stores words', 'put', '.txt'],
    ['stores the manifest', 'put', '.json'],
  ] as const)('that hangs while it %s', (_what, method, ending) => {
    const words = (taskId: string) => sampleEvent('lyrics:complete', { taskId })

    test('is given up after fileTimeoutMs, and its slot is free', async () => {
      const { to, late, recover } = hanging(method, ending)
      const archive = archiver({ to, ...FAST, concurrency: 1, fileTimeoutMs: 50 })
      const error = await failureOf(archive.save(words('a')))
      expect(error.code).toBe('TOO_SLOW')
      expect(error.message).toContain('The destination did not answer within 50 ms.')
      recover()
      expect(statuses((await archive.save(words('b'))).files)).toEqual([
        'lyrics lyrics-1 stored',
        'lyrics lyrics-2 stored',
      ])
      // An answer that comes now is nobody's.
      for (const reject of late) reject(new Error('late'))
    })

    test('is given up when the signal aborts, and its slot is free', async () => {
      const { to, late, recover } = hanging(method, ending)
      const archive = archiver({ to, ...FAST, concurrency: 1 })
      const controller = new AbortController()
      const saving = failureOf(archive.save(words('a'), { signal: controller.signal }))
      await vi.waitFor(() => expect(late).toHaveLength(1))
      controller.abort()
      expect((await saving).code).toBe('ABORTED')
      recover()
      await archive.save(words('b'))
      for (const reject of late) reject(new Error('late'))
    })
  })

  test('that hangs is as good as away for due', async () => {
    const { to } = hanging('has', '.wav')
    const archive = archiver({ to, ...FAST, fileTimeoutMs: 20 })
    await failureOf(archive.save(sampleEvent('wav:complete', { taskId: 'task', receivedAt: new Date() })))
    expect(await archive.due({ withinMs: 20 * 86_400_000 })).toMatchObject([{ taskId: 'task', missing: 1 }])
  })

  test('that goes on after it was given up gets no end of the bytes', async () => {
    const ends: Promise<number>[] = []
    const to = broken({
      put: async (_, file) => {
        await wait(100)
        const end = drain(file)
        ends.push(end)
        await end
      },
    })
    const archive = archiver({ to, ...FAST, include: ['lyrics'], fileTimeoutMs: 50 })
    const saving = archive.save(sampleEvent('music:complete', { tracks: [{ id: 'one' }] }))
    expect((await failureOf(saving)).code).toBe('TOO_SLOW')
    expect(ends).toHaveLength(1)
    await expect(ends[0]).rejects.toMatchObject({ code: 'TOO_SLOW' })
  })

  test('that is full stops the other files of the event, with one error', async () => {
    const server = await mediaServer()
    const to = broken({
      put: (key, file) => (key.endsWith('.jpg') ? failing('ENOSPC')() : broken({}).put(key, file, INFO)),
    })
    const event = song(server)
    const stalling = {
      ...event,
      tracks: event.tracks.map((one) => ({ ...one, audioUrl: `${server.url}/stall/a.mp3` })),
    }
    const error = await failureOf(archiver({ to, ...FAST, include: ['audio', 'image'] }).save(stalling))
    expect(new Set(error.files.map((file) => file.error?.code))).toEqual(new Set(['DISK_FULL']))
  })

  test('that takes all but the manifest fails the event', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn()
    mkdirSync(join(root, 'task/manifest.json'), { recursive: true })
    writeFileSync(join(root, 'task/manifest.json/in-the-way'), '')
    const error = await failureOf(archive.save(track(`${server.url}/ok/a.mp3`)))
    expect(statuses(error.files)).toEqual(['audio song stored', 'manifest manifest failed'])
    expect(error.code).toBe('DESTINATION_FAILED')
  })

  const INFO = { taskId: 'task', contentType: '', bytes: null }
})

describe('the bound', () => {
  test('holds over all events', async () => {
    const server = await mediaServer()
    const waiting: (() => void)[] = []
    let most = 0
    // Answers three at once, a while after the third has asked: a fourth would be seen.
    server.behaviours.counted = (file, response, request) => {
      waiting.push(() => (server.behaviours.ok as (typeof server.behaviours)[string])(file, response, request))
      most = Math.max(most, waiting.length)
      if (waiting.length === 3) setTimeout(() => waiting.splice(0).forEach((answer) => answer()), 5)
    }
    const { archive } = archiveIn({ concurrency: 3 })
    const events = Array.from({ length: 12 }, (_, index) =>
      track(`${server.url}/counted/a.mp3`, `task-${String(index)}`),
    )
    await Promise.all(events.map((event) => archive.save(event)))
    expect(server.asked).toHaveLength(12)
    expect(most).toBe(3)
  })
})

describe('observers', () => {
  test('are told of each file, of its bytes while they come, and of an event that is not whole', async () => {
    const server = await mediaServer()
    const { archive } = archiveIn({ tries: 1, include: ['audio'] })
    const files: string[] = []
    const progress: FileProgress[] = []
    const failed = vi.fn()
    archive
      .on('file', ({ taskId, file }) => files.push(`${String(taskId)} ${file.name} ${file.status}`))
      .on('progress', (event) => progress.push(event))
      .on('failed', failed)
    await archive.save(track(`${server.url}/ok/a.mp3`))
    const error = await failureOf(archive.save(track(`${server.url}/chunked/../html/a.mp3`, 'b')))
    expect(files).toEqual(['task song stored', 'b song failed'])
    const last = progress.findLast(({ taskId }) => taskId === 'task')
    expect(last).toEqual({
      taskId: 'task',
      type: 'audio',
      name: 'song',
      bytes: last?.totalBytes,
      totalBytes: last?.bytes,
    })
    expect(failed).toHaveBeenCalledExactlyOnceWith(error)
    await archive.save(track(`${server.url}/chunked/a.mp3`, 'c'))
    expect(progress.at(-1)).toMatchObject({ taskId: 'c', totalBytes: null })
  })

  test('can be told once, and taken off; their faults are logged, and change nothing', async () => {
    const server = await mediaServer()
    const error = vi.fn()
    const { archive } = archiveIn({ logger: { error, warn: error } })
    const [once, off] = [vi.fn(), vi.fn()]
    archive.once('file', once).on('file', off).off('file', off)
    archive.on('file', () => Promise.reject(new Error('of an observer')))
    archive.on('progress', () => {
      throw new Error('of an observer')
    })
    await archive.save(track(`${server.url}/ok/a.mp3`))
    await archive.save(track(`${server.url}/ok/a.mp3`, 'b'))
    expect(once).toHaveBeenCalledTimes(1)
    expect(off).not.toHaveBeenCalled()
    await vi.waitFor(() => expect(error.mock.calls.length).toBeGreaterThan(3))
    expect(error.mock.calls[0]?.[0]).toBe('A listener of the archive failed; archiving goes on.')
  })

  test('have names, and are functions', () => {
    const { archive } = archiveIn()
    expect(() => archive.on('files' as 'file', vi.fn())).toThrow(/Did you mean "file"/)
    expect(() => archive.on('file', 7 as never)).toThrow(expect.objectContaining({ code: 'LISTENER_INVALID' }) as Error)
  })
})

describe('due', () => {
  test('lists what is not stored and dies soon, soonest first, until it is stored', async () => {
    const server = await mediaServer()
    const { archive } = archiveIn({ tries: 1 })
    const day = 86_400_000
    const wavOf = (taskId: string, ageDays: number, way: string) => {
      const receivedAt = new Date(Date.now() - ageDays * day)
      return sampleEvent('wav:complete', { taskId, receivedAt, audioWavUrl: `${server.url}/${way}/a.wav` })
    }
    await archive.save(wavOf('stored', 13.5, 'ok'))
    for (const event of [wavOf('soon', 12.5, '500'), wavOf('sooner', 13, '500'), wavOf('later', 1, '500')]) {
      await failureOf(archive.save(event))
    }
    await archive.save(sampleEvent('lyrics:complete'))
    const due = await archive.due()
    expect(due.map(({ taskId, missing }) => [taskId, missing])).toEqual([
      ['sooner', 1],
      ['soon', 1],
    ])
    expect(due[0]).toMatchObject({ kind: 'wav', key: 'wav:complete:sooner', expiresAt: expect.any(Date) as Date })
    expect(await archive.due({ withinMs: 0 })).toEqual([])
    expect(await archive.due({ withinMs: 14 * day })).toHaveLength(3)
    await archive.save(wavOf('sooner', 13, 'ok'))
    expect((await archive.due()).map(({ taskId }) => taskId)).toEqual(['soon'])
  })

  test('does not list what another process has stored, and lists what nobody can look for', async () => {
    const server = await mediaServer()
    const root = temporaryFolder()
    const to = directory(root)
    let isDown = true
    const has: Destination['has'] = (key) => (isDown ? Promise.reject(new Error('down')) : to.has(key))
    const one = archiver({ to: { ...to, has }, ...FAST })
    const other = archiver({ to, ...FAST })
    const event = track(`${server.url}/ok/a.mp3`)
    await failureOf(one.save(event))
    await other.save(event)
    const withinMs = 20 * 86_400_000
    expect(await one.due({ withinMs })).toHaveLength(1)
    isDown = false
    expect(await one.due({ withinMs })).toEqual([])
    isDown = true
    expect(await one.due({ withinMs })).toEqual([])
  })

  /** An archive whose destination is down. */
  const failingArchive = (options: Partial<ArchiverOptions> = {}) => {
    const down = () => Promise.reject(new Error('down'))
    return archiver({ to: { has: down, put: down }, ...FAST, ...options })
  }
  const keptBy = async (archive: Archive) =>
    (await archive.due({ withinMs: 20 * 86_400_000 })).map(({ taskId }) => Number(taskId))

  test('remembers the last 10,000 events', async () => {
    const archive = failingArchive()
    const event = sampleEvent('wav:complete')
    for (let count = 0; count <= 10_000; count++) {
      await failureOf(archive.save({ ...event, taskId: String(count), key: String(count) }))
    }
    const kept = await keptBy(archive)
    expect(kept).toHaveLength(10_000)
    expect(kept).not.toContain(0)
  })

  test('remembers the last of those that have too many files for 32 MiB', async () => {
    // Some 200 kB for each event.
    const long = Array<string>(4).fill('x'.repeat(200)).join('/')
    const archive = failingArchive({ key: ({ taskId, name, extension }) => `${long}/${taskId}/${name}.${extension}` })
    const recovered = Array.from({ length: 20 }, (_, index) => ({
      id: `song-${String(index)}`,
      audioUrl: 'https://files.example/a.mp3',
    }))
    const event = sampleEvent('recovery:complete', { recovered })
    for (let count = 1; count <= 250; count++) {
      await failureOf(archive.save({ ...event, taskId: String(count), key: String(count) }))
    }
    const kept = await keptBy(archive)
    expect(kept.length).toBeGreaterThan(100)
    expect(kept.length).toBeLessThan(220)
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 250 - kept.length + index + 1))
  })

  test('keeps nothing of the bodies', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const archive = failingArchive()
    const events: WeakRef<object>[] = []
    const save = async (taskId: string) => {
      const notes = [{ pitch: 60, start: 0, end: 1, velocity: 1 }]
      const event = { ...sampleEvent('midi:complete', { taskId }), instruments: [{ name: 'Piano', notes }] }
      events.push(new WeakRef(event.instruments), new WeakRef(event.raw as object))
      await failureOf(archive.save(event))
    }
    for (let count = 1; count <= 20; count++) await save(String(count))
    const left = () => events.filter((one) => one.deref() !== undefined).length
    for (let tries = 0; tries < 50 && left() > 0; tries++) {
      await wait(20)
      collect()
    }
    expect(left()).toBeLessThanOrEqual(2)
    expect(await keptBy(archive)).toHaveLength(20)
  })

  test.each([{ withinMs: -1 }, { withinMs: '1' }])('refuses %j', async (options) => {
    await expect(archiveIn().archive.due(options as never)).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE' })
  })
})

describe('as a listener', () => {
  test('fails the delivery until all is stored, and the retry fetches only what is missing', async () => {
    const server = await mediaServer()
    const { archive, root } = archiveIn({ tries: 1 })
    const suno = new SunoCallbacks({ verify: false, logger: false })
    suno.on('music:complete', archive)
    let isUp = false
    server.behaviours.flaky = (file, response, request) => {
      const way = isUp || request.url?.endsWith('.jpeg') === true ? 'ok' : '500'
      ;(server.behaviours[way] as (typeof server.behaviours)[string])(file, response, request)
    }
    const links = { audioUrl: `${server.url}/flaky/a.mp3`, imageUrl: `${server.url}/flaky/a.jpeg` }
    const none = { sourceAudioUrl: null, streamAudioUrl: null, sourceStreamAudioUrl: null, sourceImageUrl: null }
    const body = sample('music:complete', { taskId: 'task', overrides: { tracks: [{ id: 'one', ...none, ...links }] } })
    const first = await suno.receive({ kind: 'music', body })
    expect(first.status).toBe('failed')
    isUp = true
    server.asked.length = 0
    expect((await suno.receive({ kind: 'music', body })).status).toBe('handled')
    expect(server.asked).toEqual(['/flaky/a.mp3'])
    expect(filesBelow(root)).toContain('task/manifest.json')
    expect((await suno.receive({ kind: 'music', body })).status).toBe('duplicate')
  })
})

describe('archiver', () => {
  test.each([
    [{}, 'DESTINATION_INVALID'],
    [{ to: './songs' }, 'DESTINATION_INVALID'],
    [{ to: { has: () => null } }, 'DESTINATION_INVALID'],
    [{ include: 'audio' }, 'OPTION_INVALID'],
    [{ include: ['songs'] }, 'OPTION_INVALID'],
    [{ include: [7] }, 'OPTION_INVALID'],
    [{ key: '{taskId}' }, 'OPTION_INVALID'],
    [{ concurrency: 0 }, 'OPTION_OUT_OF_RANGE'],
    [{ maxFileBytes: 0.5 }, 'OPTION_OUT_OF_RANGE'],
    [{ idleTimeoutMs: 0 }, 'OPTION_OUT_OF_RANGE'],
    [{ fileTimeoutMs: Infinity }, 'OPTION_OUT_OF_RANGE'],
    [{ tries: 0 }, 'OPTION_OUT_OF_RANGE'],
    [{ pauseMs: -1 }, 'OPTION_OUT_OF_RANGE'],
    [{ allowHosts: 'example.com' }, 'OPTION_INVALID'],
    [{ allowHosts: [''] }, 'OPTION_INVALID'],
    [{ allowHosts: [] }, 'OPTION_INVALID'],
    [{ allowHosts: ['https://files.example.com/'] }, 'OPTION_INVALID'],
    [{ allowHosts: ['files.example.com:443'] }, 'OPTION_INVALID'],
    [{ allowPrivate: 'yes' }, 'OPTION_INVALID'],
    [{ poller: {} }, 'OPTION_INVALID'],
    [{ logger: {} }, 'LOGGER_INVALID'],
    [{ retries: 3 }, 'OPTION_UNKNOWN'],
  ])('refuses %j', (options, code) => {
    const to = 'to' in options || code === 'DESTINATION_INVALID' ? {} : { to: directory('songs') }
    expect(() => archiver({ ...to, ...options } as never)).toThrow(expect.objectContaining({ code }) as Error)
  })

  test('says what was meant by a file type', () => {
    expect(() => archiver({ to: directory('songs'), include: ['video', 'lyric' as 'lyrics'] })).toThrow(
      /no file type "lyric". Did you mean "lyrics"\?/,
    )
  })

  test('logs to the console by default', () => {
    expect(archiver({ to: directory('songs'), logger: undefined })).toBeInstanceOf(Function)
  })
})

async function drain(file: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  for await (const chunk of file) bytes += chunk.byteLength
  return bytes
}

/** A track whose links are dead, each in another way. */
function deadLinks(one: object, { url }: MediaServer): object {
  return {
    ...one,
    audioUrl: `${url}/403/a.mp3`,
    sourceAudioUrl: `${url}/404/a.mp3`,
    streamAudioUrl: `${url}/410/a`,
    imageUrl: `${url}/404/a.jpeg`,
  }
}
