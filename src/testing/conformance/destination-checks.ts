import { createHash } from 'node:crypto'
import type { Destination, FileInfo } from '../../archive/destination.js'
import { demand } from './demand.js'
import type { Checks } from './suite.js'

const KEY = 'task-1/song.mp3'

/** What every destination must do. */
export const DESTINATION_CHECKS: Checks<Destination> = {
  'has nothing at first': async ({ subject: destination }) => {
    demand(await destination.has(KEY), null, 'has: what was never stored is not there.')
    demand(await destination.has('task-1'), null, 'has: what was never stored is not there.')
  },

  'has what it was given, byte for byte': async ({ subject: destination }) => {
    for (const [index, chunks] of [[small], [small, big, small], [Buffer.alloc(0), small], []].entries()) {
      const key = `task-${String(index)}/song.mp3`
      const isRead = await put(destination, key, chunks)
      demand(isRead, true, 'put: it must read the bytes to their end.')
      await demandStored(destination, key, chunks, 'has: a file that is stored must be told, with its size.')
    }
  },

  'shows nothing while the bytes come': async ({ subject: destination }) => {
    const seen: unknown[] = []
    const look = async () => seen.push(await destination.has(KEY))
    await destination.put(KEY, looking([small, big, small], look), INFO)
    demand(seen, [null, null, null], 'has: a file that is not whole yet must not be seen.')
    await demandStored(destination, KEY, [small, big, small], 'has: when put has resolved, the file is there.')
  },

  'has nothing of bytes that end in an error, and rejects': async ({ subject: destination }) => {
    await demandRejected(destination, [small, big])
    await demandRejected(destination, [])
    demand(await destination.has(KEY), null, 'put: of bytes that end in an error nothing may be kept.')
    await put(destination, KEY, [small])
    await demandStored(destination, KEY, [small], 'put: after an error, the next try must be able to.')
  },

  'keeps what was there until another file is whole': async ({ subject: destination }) => {
    await put(destination, KEY, [big])
    await demandRejected(destination, [small])
    await demandStored(destination, KEY, [big], 'put: a try that fails must leave what was there.')
    await put(destination, KEY, [small])
    await demandStored(destination, KEY, [small], 'put: what is stored takes the place of what was there.')
  },

  'keeps one of two files that come at once': async ({ subject: destination }) => {
    await Promise.all([put(destination, KEY, [big, small]), put(destination, KEY, [small, big])])
    const stored = await destination.has(KEY)
    const contract = 'put: of two files at once, one must be there whole.'
    demand(stored?.bytes, big.length + small.length, contract)
    const whole: readonly unknown[] = [null, sha256Of([big, small]), sha256Of([small, big])]
    demand(whole.includes(stored?.sha256), true, contract)
  },

  'stores many at once': async ({ subject: destination }) => {
    const keys = Array.from({ length: 40 }, (_, index) => `task-${String(index % 10)}/song-${String(index)}.mp3`)
    const bytesOf = (index: number) => [Buffer.alloc(index + 1, index)]
    await Promise.all(keys.map((key, index) => put(destination, key, bytesOf(index))))
    for (const [index, key] of keys.entries()) {
      await demandStored(
        destination,
        key,
        bytesOf(index),
        'put: every one of many at once must be stored under its key.',
      )
    }
  },

  'tells keys apart by each of their characters': async ({ subject: destination }) => {
    const keys = [
      'a',
      'a.b',
      'a-b',
      'a_b',
      'b/a',
      'b/a.mp3',
      'b/a.mp3.txt',
      'b/c/a.mp3',
      'b-a.mp3',
      `b/${'x'.repeat(200)}`,
    ]
    for (const [index, key] of keys.entries()) {
      demand(await destination.has(key), null, `has: ${key} is a file of its own.`)
      await put(destination, key, [Buffer.alloc(index + 1)])
    }
    const sizes = await Promise.all(keys.map(async (key) => (await destination.has(key))?.bytes))
    demand(
      sizes,
      keys.map((_, index) => index + 1),
      'has: every file must be found under its own key.',
    )
  },

  'does not see the files of another prefix': async ({ subject: destination, another }) => {
    const other = await another()
    await put(destination, KEY, [small])
    demand(await other.has(KEY), null, 'has: destinations of two prefixes must not see each other.')
  },
}

const small = Buffer.from('ID3 a few bytes')
/** More than a buffer of most streams, and not the same everywhere. */
const big = Buffer.from(Uint32Array.from({ length: 75_000 }, (_, index) => index).buffer)

const INFO: FileInfo = { taskId: 'task-1', contentType: 'audio/mpeg', bytes: null }

/** Whether the bytes were read to their end. */
async function put(destination: Destination, key: string, chunks: readonly Uint8Array[]): Promise<boolean> {
  let isRead = false
  const end = () => {
    isRead = true
    return Promise.resolve()
  }
  await destination.put(
    key,
    looking(chunks, () => Promise.resolve(), end),
    INFO,
  )
  return isRead
}

/** The chunks, with a look before each of them. */
async function* looking(
  chunks: readonly Uint8Array[],
  look: () => Promise<unknown>,
  end = (): Promise<void> => Promise.resolve(),
): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    await look()
    yield chunk
  }
  await end()
}

async function demandRejected(destination: Destination, chunks: readonly Uint8Array[]): Promise<void> {
  const cut = () => Promise.reject(new Error('The bytes of this check end in an error.'))
  const isStored = await destination
    .put(
      KEY,
      looking(chunks, () => Promise.resolve(), cut),
      INFO,
    )
    .then(
      () => true,
      () => false,
    )
  demand(isStored, false, 'put: bytes that end in an error must make it reject.')
}

/** A destination need not know the hash. */
async function demandStored(
  destination: Destination,
  key: string,
  chunks: readonly Uint8Array[],
  contract: string,
): Promise<void> {
  const stored = await destination.has(key)
  demand(stored?.bytes, Buffer.concat(chunks).length, contract)
  const isHash = stored?.sha256 === null || stored?.sha256 === sha256Of(chunks)
  demand(isHash, true, 'has: sha256 must be that of the bytes, in hex, or null where it is not known.')
}

function sha256Of(chunks: readonly Uint8Array[]): string {
  return createHash('sha256').update(Buffer.concat(chunks)).digest('hex')
}
