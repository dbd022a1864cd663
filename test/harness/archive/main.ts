import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killArchivers } from './kills.js'
import { measureMemory } from './memory.js'
import { archiveTwice } from './twice.js'

const USAGE = `npm run archive -- [--kills N] [--megabytes N] [--events N]

Kills a process that archives N times (200), and looks for halves of files under final names. Archives a file of N MB (2000), and measures
the memory. Archives N songs of four files (1000) twice, and counts what was fetched. 0 leaves a part out. Exits with 1 when something
must not be.`

/** How much more memory a large file may take than one of 10 MB: buffers, and what the collector leaves for later. */
const MOST_MEMORY_MB = 80

async function main(): Promise<boolean> {
  const { kills, megabytes, events } = readArguments()
  const root = await mkdtemp(join(tmpdir(), 'suno-callbacks-archive-'))
  try {
    const results = [
      kills === 0 || (await playKills(kills, join(root, 'kills'))),
      megabytes === 0 || (await playMemory(megabytes, join(root, 'memory'))),
      events === 0 || (await playTwice(events, join(root, 'twice'))),
    ]
    return results.every(Boolean)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function playKills(kills: number, root: string): Promise<boolean> {
  const { broken, early, whole, parts } = await killArchivers(kills, root)
  console.log(
    `kills ${String(kills)}: ${String(whole)} files whole, ${String(broken)} broken, ${String(early)} early manifests`,
  )
  console.log(`  ${String(parts)} part files left beside them`)
  return broken === 0 && early === 0 && whole > 0
}

async function playMemory(megabytes: number, root: string): Promise<boolean> {
  const { smallMB, largeMB } = await measureMemory(megabytes, root)
  console.log(
    `memory: ${String(smallMB)} MB for a file of 10 MB, ${String(largeMB)} MB for one of ${String(megabytes)} MB`,
  )
  return smallMB > 0 && largeMB - smallMB < MOST_MEMORY_MB
}

async function playTwice(events: number, root: string): Promise<boolean> {
  const { files, notOnce, firstSeconds, secondSeconds } = await archiveTwice(events, root)
  console.log(`twice: ${String(files)} files of ${String(events)} events, ${String(notOnce)} not fetched exactly once`)
  console.log(`  ${firstSeconds.toFixed(1)} s the first time, ${secondSeconds.toFixed(1)} s the second`)
  return files === 4 * events && notOnce === 0
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      megabytes: { type: 'string', default: '2000' },
      events: { type: 'string', default: '1000' },
    },
  })
  const numbers = { kills: Number(values.kills), megabytes: Number(values.megabytes), events: Number(values.events) }
  if (!Object.values(numbers).every((number) => Number.isSafeInteger(number) && number >= 0)) throw new Error(USAGE)
  return numbers
}

main().then(
  (isGood) => process.exit(isGood ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error)
    process.exit(1)
  },
)
