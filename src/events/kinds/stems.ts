import * as z from 'zod/mini'
import type { JsonObject } from '../values.js'
import type { Stems } from '../types.js'
import { expiryOf } from './expiry.js'
import { listOf, number, objectOf, record, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { areOnlyOf, resultUrlsOf, stemOf } from './result-urls.js'
import { eitherOf, failure, optionalText, someOf, success } from './schema.js'

/**
 * A song taken apart: `separate_vocal`, `split_stem` and `split_stem_advanced`. Pages: separate-vocals-from-music-callbacks,
 * separate-vocals-callbacks (kie.ai); the latter calls the same object `vocal_separation_info`. A record has the addresses right in
 * `response`, some callbacks right in `data`, and kie.ai's jobs a list of files that are named after the stems.
 */
export const stems: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['stems:complete'],

  isSilent: true,

  recognise: (envelope) =>
    hasField(envelope, CONTAINERS) ||
    (hasField(envelope, FILES) && firstOf(envelope, separationIn) !== undefined) ||
    areOnlyOf('stems', envelope),

  read(envelope, receivedAt) {
    const found = firstOf(envelope, separationIn) ?? fromFiles(resultUrlsOf('stems', envelope))
    if (found === null) return null
    const expiresAt = expiryOf(envelope, receivedAt)
    return { type: 'stems:complete', kind: 'stems', stage: 'complete', ...found, expiresAt }
  },
}

function separationIn(place: JsonObject): Separation | undefined {
  const { vocalRemovalInfo, vocalSeparationInfo } = readResult(place)
  return (
    [vocalRemovalInfo, vocalSeparationInfo, info(place)].find((info) => info !== null && hasStems(info)) ?? undefined
  )
}

/** A list of files: each is the stem that it is named after; others stand among the files of an advanced separation. */
function fromFiles(urls: readonly string[]): Separation | null {
  if (urls.length === 0) return null
  const stems = new Map<string, string>()
  const others: string[] = []
  for (const url of urls) {
    const stem = stemOf(url)
    // A second file of one stem is not to take the place of the first.
    if (stem === null || stems.has(stem)) others.push(url)
    else stems.set(stem, url)
  }
  return {
    ...info(Object.fromEntries(stems)),
    originData: others.map((audioUrl) => ({ extract: stemFile({ audioUrl }), remove: null })),
  }
}

const stemFile = record({ id: text, audioUrl: text, duration: number, stemTypeGroupName: text })

const files = record({ extract: objectOf(stemFile), remove: objectOf(stemFile) })

/** A pair; in a flat list each file is a stem that was asked for. */
function pair(item: JsonObject): ReturnType<typeof files> {
  const { extract, remove } = files(item)
  return extract === null && remove === null ? { extract: stemFile(item), remove } : { extract, remove }
}

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

const CONTAINERS = fieldNames('vocalRemovalInfo', 'vocalSeparationInfo')

const FILES = fieldNames(...Object.keys(STEMS), 'originData')

const fields = record({ ...STEMS, originUrl: text, originData: listOf(pair) })

function info(value: unknown) {
  const { originUrl, originData, ...stems } = fields(value)
  return {
    stems,
    originUrl,
    originData: (originData ?? []).filter(({ extract, remove }) => extract?.audioUrl ?? remove?.audioUrl),
  }
}

const readResult = record({ vocalRemovalInfo: objectOf(info), vocalSeparationInfo: objectOf(info) })

type Separation = ReturnType<typeof info>

/** The song itself, `originUrl`, is no stem. */
function hasStems({ stems, originData }: Separation): boolean {
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
