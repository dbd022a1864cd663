import * as z from 'zod/mini'
import { has } from '../envelope.js'
import type { Stems } from '../types.js'
import { expiryOf } from './expiry.js'
import { listOf, number, objectOf, record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { eitherOf, failure, optionalText, someOf, success } from './schema.js'

/**
 * A song taken apart: `separate_vocal`, `split_stem` and `split_stem_advanced`. Pages: separate-vocals-from-music-callbacks,
 * separate-vocals-callbacks (kie.ai); the latter calls the same object `vocal_separation_info`.
 */
export const stems: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
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

/** The documented callbacks. What sunoapi.org calls removal, kie.ai calls separation. Which stems there are depends on the request. */
function schemas() {
  const file = z.object({
    id: optionalText(),
    audio_url: optionalText(),
    duration: z.nullish(z.number()),
    stem_type_group_name: optionalText(),
  })
  const info = z.object({
    vocal_url: optionalText(),
    instrumental_url: optionalText(),
    backing_vocals_url: optionalText(),
    drums_url: optionalText(),
    bass_url: optionalText(),
    guitar_url: optionalText(),
    keyboard_url: optionalText(),
    piano_url: optionalText(),
    percussion_url: optionalText(),
    strings_url: optionalText(),
    synth_url: optionalText(),
    fx_url: optionalText(),
    brass_url: optionalText(),
    woodwinds_url: optionalText(),
    origin_url: optionalText(),
    origin_data: z.nullish(z.array(z.object({ extract: z.nullish(file), remove: z.nullish(file) }))),
  })
  const results = Object.keys(info.shape).filter((field) => field !== 'origin_url')
  const separated = z.nullish(info.check(someOf(results, 'the address of a stem')))
  const data = z.object({ task_id: z.string(), vocal_removal_info: separated, vocal_separation_info: separated })
  return {
    'stems:complete': success(data.check(eitherOf('vocal_removal_info', 'vocal_separation_info'))),
    error: failure(
      z.object({ task_id: z.string(), vocal_removal_info: z.nullish(info), vocal_separation_info: z.nullish(info) }),
    ),
  }
}
