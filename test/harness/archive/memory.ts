import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { CHILD } from './kills.js'
import { serveMedia } from './media.js'

export interface MemoryReport {
  /** The most memory of a process that archives a file of 10 MB, in MB. */
  readonly smallMB: number
  /** The same for the large file. */
  readonly largeMB: number
}

export async function measureMemory(megabytes: number, root: string): Promise<MemoryReport> {
  const media = await serveMedia()
  const measure = async (size: number) => {
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD, 'large', media.url, root, String(size)])
    await rm(root, { recursive: true, force: true })
    return Number(stdout)
  }
  try {
    return { smallMB: await measure(10), largeMB: await measure(megabytes) }
  } finally {
    media.close()
  }
}
