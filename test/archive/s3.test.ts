import S3rver from '@20minutes/s3rver'
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { s3, type S3Sender } from '../../src/archive/s3.js'
import type { FileInfo } from '../../src/archive/index.js'
import { destinationConformance } from '../../src/testing/index.js'
import {
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  type ReadStream,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporaryFolder } from './folder.js'

const INFO: FileInfo = { taskId: 'task', contentType: 'audio/mpeg', bytes: null }
const SONG = 'ID3 and more'

let server: S3rver
let client: S3Client
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'archive-s3-'))
  const options = { silent: true, address: '127.0.0.1', port: 0, directory: folder }
  server = new S3rver({ ...options, configureBuckets: [{ name: 'songs' }] })
  const { port } = await server.run()
  client = new S3Client({
    endpoint: `http://127.0.0.1:${String(port)}`,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  })
})

afterAll(async () => {
  client.destroy()
  await server.close()
  rmSync(folder, { recursive: true })
})

async function* song(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(SONG))
}

describe('s3, against a server, keeps the contract of a destination:', () => {
  const cases = destinationConformance((prefix) => s3({ client, bucket: 'songs', prefix: `${prefix}/` }))
  for (const { title, run } of cases) test(title, { timeout: 60_000 }, run)
})

describe('s3', () => {
  test('stores the object with its type, its length and its hash', async () => {
    const destination = s3({ client, bucket: 'songs' })
    await destination.put('task/song.mp3', song(), INFO)
    const head = await client.send(new HeadObjectCommand({ Bucket: 'songs', Key: 'task/song.mp3' }))
    expect(head).toMatchObject({ ContentType: 'audio/mpeg', ContentLength: SONG.length })
    expect(await destination.has('task/song.mp3')).toEqual({ bytes: SONG.length, sha256: head.Metadata?.sha256 })
  })

  test('sends the hash for the store to check, and leaves nothing in the temporary folder', async () => {
    const before = leftOvers()
    let sent: PutObjectCommand['input'] | undefined
    const recording: S3Sender = {
      send: (command: PutObjectCommand) => {
        sent = command.input
        return client.send(command)
      },
    }
    await s3({ client: recording, bucket: 'songs', prefix: 'p/' }).put('song.mp3', song(), INFO)
    expect(sent).toMatchObject({ Bucket: 'songs', Key: 'p/song.mp3', ContentLength: SONG.length })
    expect(Buffer.from(sent?.ChecksumSHA256 ?? '', 'base64').toString('hex')).toBe(sent?.Metadata?.sha256)
    expect(leftOvers()).toEqual(before)
  })

  test.each([
    ['a store that is busy', answered(503)],
    ['a store that is asked too often', answered(429)],
    ['a connection that breaks', Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
  ])('sends it again after %s', async (_what, failure) => {
    let count = 0
    const flaky: S3Sender = {
      send: (command: PutObjectCommand) => (++count < 3 ? Promise.reject(failure) : client.send(command)),
    }
    const destination = s3({ client: flaky, bucket: 'songs' })
    await destination.put('again/song.mp3', song(), INFO)
    expect(count).toBe(3)
    expect(await destination.has('again/song.mp3')).toMatchObject({ bytes: SONG.length })
  })

  test('gives up after three tries, and at once where it is refused', async () => {
    for (const [failure, tries] of [
      [new Error('reset'), 3],
      [answered(500), 3],
      [answered(403), 1],
    ] as const) {
      let count = 0
      const failing: S3Sender = {
        send: () => {
          count++
          return Promise.reject(failure)
        },
      }
      await expect(s3({ client: failing, bucket: 'songs' }).put('song.mp3', song(), INFO)).rejects.toBe(failure)
      expect(count).toBe(tries)
    }
  })

  test('leaves no file open, whether or not the client has read what it was given', async () => {
    const bodies: ReadStream[] = []
    const unread: S3Sender = {
      send: ({ input }: PutObjectCommand) => {
        const body = input.Body as ReadStream
        if (bodies.push(body) === 2) body.destroy(new Error('of the disk'))
        return Promise.reject(new Error('no connection'))
      },
    }
    await expect(s3({ client: unread, bucket: 'songs' }).put('song.mp3', song(), INFO)).rejects.toThrow('no connection')
    const reading: S3Sender = {
      send: (command: PutObjectCommand) => {
        bodies.push(command.input.Body as ReadStream)
        return client.send(command)
      },
    }
    await s3({ client: reading, bucket: 'songs' }).put('song.mp3', song(), INFO)
    expect(bodies.map(({ closed }) => closed)).toEqual([true, true, true, true])
  })

  test.runIf(process.platform === 'linux')('sweeps what killed processes have left an hour ago, once', async () => {
    const temporary = temporaryFolder()
    vi.stubEnv('TMPDIR', temporary)
    const old = new Date(Date.now() - 2 * 3_600_000)
    const leave = (name: string, { isOld = true } = {}) => {
      const [left, file] = [join(temporary, name), join(temporary, name, '0123456789ab')]
      mkdirSync(left)
      writeFileSync(file, 'half')
      utimesSync(left, old, old)
      if (isOld) utimesSync(file, old, old)
    }
    leave('suno-callbacks-s3-a1B2c3')
    leave('suno-callbacks-s3-young1', { isOld: false })
    leave('suno-callbacks-s3-of-others')
    leave('songs')
    const link = join(temporary, 'suno-callbacks-s3-link00')
    symlinkSync('songs', link)
    lutimesSync(link, old, old)
    const destination = s3({ client, bucket: 'songs' })
    const kept = ['songs', 'suno-callbacks-s3-of-others', 'suno-callbacks-s3-young1']
    await destination.put('song.mp3', song(), INFO)
    await vi.waitFor(() => expect(readdirSync(temporary).sort()).toEqual(kept))
    leave('suno-callbacks-s3-a1B2c3')
    vi.spyOn(process, 'getuid').mockReturnValue(Infinity)
    await s3({ client, bucket: 'songs' }).put('song.mp3', song(), INFO)
    await destination.put('song.mp3', song(), INFO)
    expect(readdirSync(temporary)).toContain('suno-callbacks-s3-a1B2c3')
    expect(readdirSync(join(temporary, 'songs'))).toEqual(['0123456789ab'])
  })

  test('says what keeps it from looking, and knows no hash of what others have stored', async () => {
    await expect(s3({ client, bucket: 'songs' }).has('never/was.mp3')).resolves.toBeNull()
    const refused = {
      send: () => Promise.reject(answered(403)),
    }
    await expect(s3({ client: refused, bucket: 'songs' }).has('song.mp3')).rejects.toThrow('403')
    await client.send(new PutObjectCommand({ Bucket: 'songs', Key: 'other.mp3', Body: 'other' }))
    expect(await s3({ client, bucket: 'songs' }).has('other.mp3')).toEqual({ bytes: 5, sha256: null })
    const silent = { send: () => Promise.resolve({}) }
    expect(await s3({ client: silent, bucket: 'songs' }).has('song.mp3')).toEqual({ bytes: 0, sha256: null })
  })

  test('refuses keys that are none', async () => {
    const destination = s3({ client, bucket: 'songs' })
    await expect(destination.put('../song.mp3', song(), INFO)).rejects.toMatchObject({ code: 'KEY_INVALID' })
    await expect(destination.has('../song.mp3')).rejects.toMatchObject({ code: 'KEY_INVALID' })
  })

  test.each([
    [{ client: {}, bucket: 'songs' }, 'CLIENT_INVALID'],
    [{ bucket: 'songs' }, 'CLIENT_INVALID'],
    [{ client: null, bucket: 'songs' }, 'CLIENT_INVALID'],
    [{ client: { send: nothing } }, 'OPTION_INVALID'],
    [{ client: { send: nothing }, bucket: '' }, 'OPTION_INVALID'],
    [{ client: { send: nothing }, bucket: 'songs', prefix: 7 }, 'OPTION_INVALID'],
    [{ client: { send: nothing }, bucket: 'songs', region: 'us-east-1' }, 'OPTION_UNKNOWN'],
  ])('refuses %j', (options, code) => {
    expect(() => s3(options as never)).toThrow(expect.objectContaining({ code }) as Error)
  })
})

/** What `s3` gathers files in. */
function leftOvers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('suno-callbacks-s3-'))
}

/** An error of the client. */
function answered(httpStatusCode: number): Error {
  return Object.assign(new Error(`The store answered ${String(httpStatusCode)}.`), { $metadata: { httpStatusCode } })
}

function nothing(): Promise<unknown> {
  return Promise.resolve()
}
