import * as z from 'zod/mini'
import { expiryOf } from './expiry.js'
import { record, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { areOnlyOf, resultUrlsOf } from './result-urls.js'
import { eitherOf, failure, optionalText, success } from './schema.js'

const FIELDS = fieldNames('audioWavUrl')

/** A track converted to WAV. Pages: convert-to-wav-format-callbacks, convert-to-wav-callbacks (kie.ai). */
export const wav: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['wav:complete'],

  isSilent: true,

  recognise: (envelope) => hasField(envelope, FIELDS) || areOnlyOf('wav', envelope),

  read(envelope, receivedAt) {
    const audioWavUrl = firstOf(envelope, (place) => readResult(place).audioWavUrl) ?? resultUrlsOf('wav', envelope)[0]
    if (audioWavUrl === undefined) return null
    const expiresAt = expiryOf(envelope, receivedAt)
    return { type: 'wav:complete', kind: 'wav', stage: 'complete', audioWavUrl, expiresAt }
  },
}

const readResult = record({ audioWavUrl: text })

/** The documented callbacks. The oldest document and a page of kie.ai have `audio_wav_url`. */
function schemas() {
  const data = { audioWavUrl: optionalText(), audio_wav_url: optionalText(), task_id: z.string() }
  return {
    'wav:complete': success(z.object(data).check(eitherOf('audioWavUrl', 'audio_wav_url'))),
    error: failure(z.object(data)),
  }
}
