import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AsyncStore, ClaimResult } from 'suno-callbacks'

export interface FileStore extends AsyncStore {
  /** Removes keys that have expired. */
  sweep(): Promise<void>
}

/**
 * Keeps keys in a directory, for several processes of one machine (a local POSIX file system). Each key is a directory with one
 * empty file, whose name is all that there is to know:
 *
 *     <hash of the key>/held,<until>,<hash of the token>
 *     <hash of the key>/done,<until>,<hash of the token>
 *
 * Renaming that file is a compare-and-swap: of many who try, one finds the old name. A key that is free has no file.
 */
export async function fileStore(directory: string): Promise<FileStore> {
  await mkdir(directory, { recursive: true })

  /** From the state that was read to another one. False: the state had changed meanwhile. */
  async function swap(path: string, from: State | null, to: State): Promise<boolean> {
    if (from !== null) return succeeds(rename(join(path, nameOf(from)), join(path, nameOf(to))))
    // Made aside and moved into place whole: this fails where another attempt was first, for its directory is not empty.
    const fresh = await mkdtemp(join(directory, '.new-'))
    const isFirst = await succeeds(writeFile(join(fresh, nameOf(to)), '').then(() => rename(fresh, path)))
    if (!isFirst) await rm(fresh, { recursive: true, force: true })
    return isFirst
  }

  /** Reads, decides, swaps; from the start if another attempt came in between. */
  async function change<T>(key: string, decide: (state: State | null) => Decision<T>): Promise<T> {
    const path = join(directory, hash(key))
    for (;;) {
      const state = await read(path)
      const { to, result } = decide(state)
      if (to === undefined || (await swap(path, state, to))) return result
    }
  }

  return {
    claim: (key, token, leaseMs) =>
      change<ClaimResult>(key, (state) => {
        const leftMs = state === null ? 0 : state.until - Date.now()
        const isMine = state?.word === 'held' && state.token === hash(token)
        if (state !== null && !isMine && leftMs > 0) {
          return { result: state.word === 'done' ? { status: 'done' } : { status: 'in-flight', retryAfterMs: leftMs } }
        }
        return { to: newState('held', token, leaseMs), result: { status: 'claimed' } }
      }),

    complete: (key, token, retainMs) =>
      change(key, (state) => {
        const isFree = state === null || (state.word === 'done' && state.until <= Date.now())
        if (!isFree && state.token !== hash(token)) return { result: false }
        return { to: newState('done', token, retainMs), result: true }
      }),

    release: async (key, token) => {
      const path = join(directory, hash(key))
      const state = await read(path)
      if (state?.word !== 'held' || state.token !== hash(token)) return false
      return succeeds(unlink(join(path, nameOf(state))))
    },

    renew: (key, token, leaseMs) =>
      change(key, (state) => {
        if (state?.word !== 'held' || state.token !== hash(token)) return { result: false }
        return { to: newState('held', token, leaseMs), result: true }
      }),

    isDone: async (key) => {
      const state = await read(join(directory, hash(key)))
      return state?.word === 'done' && state.until > Date.now()
    },

    sweep: async () => {
      for (const name of await readdir(directory)) {
        const path = join(directory, name)
        const state = await read(path)
        if (state !== null && state.until > Date.now()) continue
        // Both fail, and rightly, where another attempt has just taken the key.
        if (state !== null) await succeeds(unlink(join(path, nameOf(state))))
        await succeeds(rmdir(path))
      }
    },
  }
}

interface State {
  readonly word: 'held' | 'done'
  /** By the clock of this machine. */
  readonly until: number
  readonly token: string
}

interface Decision<T> {
  readonly result: T
  /** Absent where nothing changes. */
  readonly to?: State
}

function newState(word: State['word'], token: string, forMs: number): State {
  return { word, until: Date.now() + forMs, token: hash(token) }
}

function nameOf({ word, until, token }: State): string {
  return `${word},${String(until)},${token}`
}

/** Null for a free key. */
async function read(path: string): Promise<State | null> {
  const names = await readdir(path).catch(ignoring('ENOENT'))
  // Two names: the file was renamed while the directory was read.
  if (names !== null && names.length > 1) return read(path)
  const [word, until, token] = names?.[0]?.split(',') ?? []
  return (word === 'held' || word === 'done') && token !== undefined ? { word, until: Number(until), token } : null
}

/** Whether the step was ours; another attempt's is no error. */
async function succeeds(step: Promise<void>): Promise<boolean> {
  return (await step.then(() => true).catch(ignoring('ENOENT', 'EEXIST', 'ENOTEMPTY'))) ?? false
}

function ignoring(...codes: readonly string[]) {
  return (error: NodeJS.ErrnoException): null => {
    if (codes.includes(error.code ?? '')) return null
    throw error
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
