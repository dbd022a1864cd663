import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { directory, type FileInfo } from '../../src/archive/index.js'
import { destinationConformance } from '../../src/testing/index.js'
import { filesBelow, temporaryFolder } from './folder.js'

const INFO: FileInfo = { taskId: 'task', contentType: 'audio/mpeg', bytes: null }

async function* bytes(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text))
}

describe('directory keeps the contract of a destination:', () => {
  const folders = new Map<string, string>()
  const cases = destinationConformance((prefix) => {
    const folder = folders.get(prefix) ?? temporaryFolder()
    folders.set(prefix, folder)
    return directory(folder)
  })
  for (const { title, run } of cases) test(title, { timeout: 60_000 }, run)
})

describe('directory', () => {
  test('makes the folders of a file, and leaves nothing beside it', async () => {
    const root = join(temporaryFolder(), 'not', 'there')
    await directory(root).put('2026/november/song.mp3', bytes('ID3', ' and more'), INFO)
    expect(filesBelow(root)).toEqual(['2026/november/song.mp3'])
    expect(readFileSync(join(root, '2026/november/song.mp3'), 'utf8')).toBe('ID3 and more')
  })

  test('has the bytes on the disk before it gives the name, and the name before it resolves', async () => {
    const steps: string[] = []
    const { open, rename } = fs
    vi.spyOn(fs, 'open').mockImplementation(async (...given) => {
      const handle = await open(...given)
      const what = String(given[0]).endsWith('.part') ? 'bytes' : 'folder'
      const sync = handle.sync.bind(handle)
      handle.sync = async () => {
        await sync()
        steps.push(`${what} safe`)
      }
      return handle
    })
    vi.spyOn(fs, 'rename').mockImplementation(async (...given) => {
      await rename(...given)
      steps.push('named')
    })
    const folder = temporaryFolder()
    await directory(folder).put('song.mp3', bytes('ID3'), INFO)
    expect(steps).toEqual(['bytes safe', 'named', 'folder safe'])
    steps.length = 0
    await directory(folder).put('a/b/song.mp3', bytes('ID3'), INFO)
    // The folders that were made have to be safe as well, each in the one above it.
    expect(steps).toEqual(['folder safe', 'folder safe', 'bytes safe', 'named', 'folder safe'])
  })

  test.skipIf(process.platform !== 'linux')('says that the disk is full with the code of the system', async () => {
    const folder = temporaryFolder()
    const { open } = fs
    vi.spyOn(fs, 'open').mockImplementation((path, ...given) => {
      // A device of Linux on which nothing fits.
      return String(path).endsWith('.part') ? open('/dev/full', 'w') : open(path, ...given)
    })
    await expect(directory(folder).put('song.mp3', bytes('ID3'), INFO)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(filesBelow(folder)).toEqual([])
  })

  test.each(['EPERM', 'EBUSY', 'EACCES'])('tries again to give the name after %s, which Windows says', async (code) => {
    const folder = temporaryFolder()
    const rename = vi.spyOn(fs, 'rename')
    for (let count = 0; count < 3; count++) rename.mockRejectedValueOnce(Object.assign(new Error('busy'), { code }))
    await directory(folder).put('song.mp3', bytes('ID3'), INFO)
    expect(filesBelow(folder)).toEqual(['song.mp3'])
  })

  test('gives up when the name cannot be given, and leaves no part file', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'song.mp3/in-the-way'), { recursive: true })
    await expect(directory(folder).put('song.mp3', bytes('ID3'), INFO)).rejects.toMatchObject({
      code: expect.stringMatching(/EISDIR|ENOTEMPTY|EPERM/) as string,
    })
    vi.spyOn(fs, 'rename').mockRejectedValue(Object.assign(new Error('busy'), { code: 'EBUSY' }))
    await expect(directory(folder).put('b.mp3', bytes('ID3'), INFO)).rejects.toMatchObject({ code: 'EBUSY' })
    expect(filesBelow(folder)).toEqual([])
  })

  test('writes on where the system took less than it was given', async () => {
    const folder = temporaryFolder()
    const { open } = fs
    vi.spyOn(fs, 'open').mockImplementation(async (...given) => {
      const handle = await open(...given)
      const write = handle.write.bind(handle) as (chunk: Uint8Array, offset: number, length: number) => Promise<unknown>
      handle.write = ((chunk: Uint8Array, offset: number) => write(chunk, offset, 1)) as never
      return handle
    })
    await directory(folder).put('song.mp3', bytes('ID3 and more'), INFO)
    expect(readFileSync(join(folder, 'song.mp3'), 'utf8')).toBe('ID3 and more')
  })

  test('takes no folder, and nothing below a file, for a stored file', async () => {
    const folder = temporaryFolder()
    const destination = directory(folder)
    await destination.put('a/song.mp3', bytes('ID3'), INFO)
    expect(await destination.has('a')).toBeNull()
    expect(await destination.has('a/song.mp3/b')).toBeNull()
    expect(await destination.has('a/song.mp3')).toMatchObject({ bytes: 3 })
  })

  test('says what keeps it from looking', async () => {
    const folder = temporaryFolder()
    symlinkSync('loop', join(folder, 'loop'))
    await expect(directory(folder).has('loop/song.mp3')).rejects.toMatchObject({ code: 'ELOOP' })
  })

  test('sweeps part files that an hour has not touched, and nothing else', async () => {
    const folder = temporaryFolder()
    const old = new Date(Date.now() - 2 * 3_600_000)
    mkdirSync(join(folder, 'task'))
    mkdirSync(join(folder, 'gone.part'))
    for (const name of [
      ...['task/.song.mp3.0123456789ab.part', '.a.fedcba987654.part', '.video.mp4.part', 'task/song.part'],
      ...['task/.hidden', 'task/song.mp3'],
    ]) {
      writeFileSync(join(folder, name), 'half')
      utimesSync(join(folder, name), old, old)
    }
    writeFileSync(join(folder, 'task/.young.mp3.0123456789ab.part'), 'half')
    const destination = directory(folder)
    await destination.put('new.mp3', bytes('ID3'), INFO)
    await vi.waitFor(() => {
      expect(filesBelow(folder)).toEqual([
        '.video.mp4.part',
        'new.mp3',
        'task/.hidden',
        'task/.young.mp3.0123456789ab.part',
        'task/song.mp3',
        'task/song.part',
      ])
    })
  })

  test('stores also where it may not sweep', async () => {
    const folder = temporaryFolder()
    const readdir = vi.spyOn(fs, 'readdir').mockRejectedValue(new Error('not yours'))
    await directory(folder).put('song.mp3', bytes('ID3'), INFO)
    expect(readdir).toHaveBeenCalledTimes(1)
    expect(filesBelow(folder)).toEqual(['song.mp3'])
  })

  test('needs not make names safe on Windows, where folders cannot be opened', async () => {
    const folder = temporaryFolder()
    const open = vi.spyOn(fs, 'open')
    const { platform } = process
    Object.defineProperty(process, 'platform', { value: 'win32' })
    try {
      await directory(folder).put('a/song.mp3', bytes('ID3'), INFO)
    } finally {
      Object.defineProperty(process, 'platform', { value: platform })
    }
    expect(open).toHaveBeenCalledTimes(1)
    expect(filesBelow(folder)).toEqual(['a/song.mp3'])
  })

  test.each([
    '../song.mp3',
    'a/../../song.mp3',
    '/etc/passwd',
    'a//b',
    '',
    '.',
    '..',
    'a/.',
    '.hidden',
    'song.',
    'a/',
    'C:song.mp3',
    'a\\..\\b',
    'a\0b',
    'a b',
    'ärger.mp3',
    'con',
    'a/NUL.mp3',
    'lpt1.txt',
    'x'.repeat(201),
    'x/'.repeat(500),
  ])('refuses the key %j', async (key) => {
    const destination = directory(temporaryFolder())
    await expect(destination.put(key, bytes('ID3'), INFO)).rejects.toMatchObject({ code: 'KEY_INVALID' })
    await expect(destination.has(key)).rejects.toMatchObject({ code: 'KEY_INVALID' })
  })

  test.each(['', undefined, 7])('refuses %j as a folder', (root) => {
    expect(() => directory(root as string)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }) as Error)
  })
})
