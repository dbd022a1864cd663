import { has } from '../envelope.js'
import type { Stems } from '../types.js'
import { expiryOf } from './expiry.js'
import { listOf, number, objectOf, record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'

/**
 * A song taken apart: `separate_vocal`, `split_stem` and `split_stem_advanced`. Pages: separate-vocals-from-music-callbacks,
 * separate-vocals-callbacks (kie.ai); the latter calls the same object `vocal_separation_info`.
 */
export const stems: KindDefinition = {
  events: ['stems:complete'],

  recognise: ({ data }) => has(data, 'vocalRemovalInfo') || has(data, 'vocalSeparationInfo'),

  read({ data }, receivedAt) {
    const { vocalRemovalInfo, vocalSeparationInfo } = Body.parse(data)
    const found = [vocalRemovalInfo, vocalSeparationInfo].find((info) => info !== null && hasStems(info))
    if (!found) return null
    return { type: 'stems:complete', kind: 'stems', stage: 'complete', ...found, expiresAt: expiryOf(receivedAt) }
  },
}

const stemFile = record({ id: text, audioUrl: text, duration: number, stemTypeGroupName: text })

const pair = record({ extract: objectOf(stemFile), remove: objectOf(stemFile) })

const STEMS = {
  vocalUrl: text,
  instrumentalUrl: text,
  backingVocalsUrl: text,
  drumsUrl: text,
  bassUrl: text,
  guitarUrl: text,
  keyboardUrl: text,
  pianoUrl: text,
  percussionUrl: text,
  stringsUrl: text,
  synthUrl: text,
  fxUrl: text,
  brassUrl: text,
  woodwindsUrl: text,
} satisfies Record<keyof Stems, typeof text>

const fields = record({ ...STEMS, originUrl: text, originData: listOf(pair) })

function info(value: unknown) {
  const { originUrl, originData, ...stems } = fields(value)
  return {
    stems,
    originUrl,
    originData: (originData ?? []).filter(({ extract, remove }) => extract?.audioUrl ?? remove?.audioUrl),
  }
}

const Body = schemaOf(record({ vocalRemovalInfo: objectOf(info), vocalSeparationInfo: objectOf(info) }))

/** The song itself, `originUrl`, is no stem. */
function hasStems({ stems, originData }: ReturnType<typeof info>): boolean {
  return originData.length > 0 || Object.values(stems).some((url) => url !== null)
}
