import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { serveMedia, sha256Of } from './media.js'
import { pathOf } from './song.js'

export const CHILD = fileURLToPath(new URL('child.js', import.meta.url))

export interface KillReport {
  readonly kills: number
  /** Files under a final name that are not what the server has. */
  readonly broken: number
  /** Manifests that stand beside less than all files. */
  readonly early: number
  readonly whole: number
  /** Part files that killed processes have left. */
  readonly parts: number
}

/** Kills a process that archives, at any moment, again and again in one folder; and looks at the folder each time. */
export async function killArchivers(kills: number, root: string): Promise<KillReport> {
  const media = await serveMedia({ pauseMs: 2 })
  const found = { broken: 0, early: 0, whole: 0, parts: 0 }
  try {
    for (let count = 0; count < kills; count++) {
      const child = spawn(process.execPath, [CHILD, 'songs', media.url, root, String(count * 100)])
      const ended = once(child, 'close')
      await once(child.stdout, 'data')
      await sleep(Math.random() * 500)
      child.kill('SIGKILL')
      await ended
      look(root, count * 100, found)
    }
  } finally {
    media.close()
  }
  return { kills, ...found }
}

/** Only what the last process has made: what was there before it was looked at before. */
function look(
  root: string,
  first: number,
  found: { broken: number; early: number; whole: number; parts: number },
): void {
  if (!existsSync(root)) return
  const isNew = (task: string) => Number(task.split('-')[1]) >= first
  for (const task of readdirSync(root).filter(isNew)) {
    const names = readdirSync(join(root, task))
    const parts = names.filter((name) => name.endsWith('.part'))
    const files = names.filter((name) => !parts.includes(name) && name !== 'manifest.json')
    const whole = files.filter((name) => hashOf(join(root, task, name)) === sha256Of(pathOf(name)))
    found.parts += parts.length
    found.whole += whole.length
    found.broken += files.length - whole.length
    if (names.includes('manifest.json') && whole.length < 4) found.early++
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
