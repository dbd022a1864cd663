import type { ArchivingMeasured, ArchivingOrder } from './archiving.js'
import { serveMedia } from '../archive/media.js'
import type { Cores } from './cores.js'
import { measure } from './program.js'
import { median, toFigure, type Effort, type Report } from './report.js'

/** What it costs to keep a track's file, beside writing what `fetch` brings into a file. */
export async function measureArchive({ rounds, seconds, isWanted }: Effort, cores: Cores | null): Promise<Report> {
  const title = 'The archive'
  if (!isWanted(title)) return { tables: [], targets: [] }
  const measured: Record<ArchivingOrder['how'], ArchivingMeasured[]> = { plain: [], archiver: [] }
  // In this process, so that what it takes to send is not counted.
  const media = await serveMedia()
  try {
    for (let round = 0; round < rounds; round++) {
      for (const how of HOW) {
        const order: ArchivingOrder = { how, url: media.url, bytes: BYTES, seconds: seconds / 2 }
        measured[how].push(await measure('archiving', order, cores))
      }
    }
  } finally {
    media.close()
  }
  const of = (how: ArchivingOrder['how'], figure: keyof ArchivingMeasured) =>
    median(measured[how].map((one) => one[figure]))
  const rows = HOW.map((how) => [
    TITLES[how],
    toFigure(of(how, 'cpuMsPerMb')),
    (of(how, 'cpuMsPerMb') / of('plain', 'cpuMsPerMb')).toFixed(2),
    toFigure(of(how, 'mbPerSecond')),
  ])
  const notes = [
    `Files of ${String(BYTES / 1_000_000)} MB from a server on this machine, one after the other, on one core. The archive also checks what ` +
      'comes and hashes it (SHA-256), flushes file and folder to the disk, and writes a manifest for each.',
  ]
  return { tables: [{ title, notes, head: ['a file', 'CPU ms/MB', 'of plain', 'MB/s'], rows }], targets: [] }
}

const BYTES = 4_000_000

const HOW = ['plain', 'archiver'] as const

const TITLES = {
  plain: '`fetch`, piped into `createWriteStream`',
  archiver: '`archiver` into a `directory`',
}
