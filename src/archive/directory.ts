import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import fs, { type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ConfigurationError } from '../errors/errors.js'
import type { Destination, StoredFile } from './destination.js'
import { isLeftBehind } from './is-left-behind.js'
import { checkKey } from './key.js'

/**
 * A folder as the destination of an archive; it is made when the first file comes. A file is written beside its place, to
 * `.<name>.<random>.part`, and gets its name when all of it is on the disk: a process that is killed leaves a part file, and never half a
 * file under its name. Part files that an hour has not touched are removed, once in the life of the process.
 *
 * @param root a path, from the working directory of now
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function directory(root: string): Destination {
  if (typeof root !== 'string' || root === '') {
    throw new ConfigurationError(
      'OPTION_INVALID',
      'directory(root): root must be the path of a folder, such as "./songs".',
    )
  }
  const folder = resolve(root)
  let isSwept = false

  return {
    async has(key) {
      checkKey(key, 'has(key)')
      return describeFile(join(folder, key))
    },

    async put(key, file) {
      checkKey(key, 'put(key, file, info)')
      const target = join(folder, key)
      await makeFolder(dirname(target))
      if (!isSwept) {
        isSwept = true
        // Not waited for: an archive of years has many folders.
        void sweep(folder)
      }
      const part = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}${PART}`)
      try {
        await writeWhole(part, file)
        await rename(part, target)
      } catch (error) {
        await fs.rm(part, { force: true })
        throw error
      }
      await syncFolder(dirname(target))
    },
  }
}

const PART = '.part'

/** With the folders above it, each of them safe in its own. */
async function makeFolder(folder: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; ; made = dirname(made)) {
    await syncFolder(dirname(made))
    if (made === first) return
  }
}

async function writeWhole(part: string, file: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await fs.open(part, 'wx')
  try {
    for await (const chunk of file) await writeAll(handle, chunk)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A write may take less than it is given. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength;) {
    const { bytesWritten } = await handle.write(chunk, offset)
    offset += bytesWritten
  }
}

/** Windows refuses while a virus scanner or an indexer has one of the two open. */
async function rename(part: string, target: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await fs.rename(part, target)
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      if (tries > 5 || !['EPERM', 'EBUSY', 'EACCES'].includes(code)) throw error
      await wait(20 * 2 ** tries)
    }
  }
}

/** So that the name outlives a loss of power. Windows cannot, and needs not: it writes names through. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function describeFile(path: string): Promise<StoredFile | null> {
  const stats = await fs.stat(path).catch((error: unknown) => {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  })
  if (stats?.isFile() !== true) return null
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return { bytes: stats.size, sha256: hash.digest('hex') }
}

/** A name that `put` gives: other programs have hidden parts too. */
const PART_FILE = /^\..+\.[0-9a-f]{12}\.part$/

/** Removes what killed processes have left. Another process may remove the same, or be writing what is young. */
async function sweep(folder: string): Promise<void> {
  try {
    for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) await sweep(path)
      if (!entry.isFile() || !PART_FILE.test(entry.name)) continue
      if (isLeftBehind(await fs.stat(path))) await fs.rm(path, { force: true })
    }
  } catch {
    // A folder that vanishes, or is not ours to read, is no reason not to store a file.
  }
}
