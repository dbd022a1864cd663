import { lstat, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isLeftBehind } from './is-left-behind.js'

/**
 * Removes the folders that killed processes have left in the machine's temporary one: those that `mkdtemp` has named with this prefix, and
 * that an hour has not touched. Never rejects: what stays is no reason not to store a file.
 */
export async function sweepFolders(prefix: string): Promise<void> {
  const random = /^[A-Za-z0-9]{6}$/
  try {
    const names = await readdir(tmpdir())
    const left = names.filter((name) => name.startsWith(prefix) && random.test(name.slice(prefix.length)))
    await Promise.allSettled(left.map((name) => removeOld(join(tmpdir(), name))))
  } catch {
    // A temporary folder that cannot be listed can be written in all the same.
  }
}

async function removeOld(folder: string): Promise<void> {
  // Everybody may write in a temporary folder: one of a stranger's could become a link to elsewhere just now.
  const { uid } = await lstat(folder)
  if (process.getuid !== undefined && process.getuid() !== uid) return
  const files = await readdir(folder)
  const stats = await Promise.all([folder, ...files.map((file) => join(folder, file))].map((path) => lstat(path)))
  if (stats.every(isLeftBehind)) await rm(folder, { recursive: true })
}
