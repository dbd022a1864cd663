import { readdirSync, readFileSync } from 'node:fs'
import type { Kind } from '../../src/index.js'
import { isKind } from '../../src/events/kinds/index.js'

export interface Fixture {
  readonly name: string
  /** Whose callback or polling record it is; null: another vendor's. */
  readonly kind: Kind | null
  readonly body: unknown
}

const FOLDER = new URL('../fixtures/', import.meta.url)

/** What the files call otherwise than we do. */
const OTHER_NAMES: Readonly<Record<string, Kind>> = {
  'cover-image': 'cover',
  'voice-generate': 'voice',
  'voice-validate': 'phrase',
  'voice-regenerate': 'phrase',
}

/** Every documented body, and those seen in the wild. */
export const fixtures: readonly Fixture[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const { kind, body } = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as { kind: string; body: unknown }
    return { name: file.slice(0, -'.json'.length), kind: kindOf(kind), body }
  })

function kindOf(said: string): Kind | null {
  const name = said.replace('recordinfo-', '').replace(/^music-.*/, 'music')
  return isKind(name) ? name : (OTHER_NAMES[name] ?? null)
}
