import { expiryOf } from './expiry.js'
import { listOf, number, objectOf, record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'

const FIELDS = fieldNames('instruments', 'midiData')

/** The notes of a separated track. Page: generate-midi-callbacks; a record has them below `midiData`. */
export const midi: KindDefinition = {
  events: ['midi:complete'],

  // Its `state` is sent with some results, and never with a failure.
  isSilent: true,

  recognise: (envelope) => hasField(envelope, FIELDS),

  read(envelope, receivedAt) {
    const instruments = firstOf(envelope, (place) => {
      const { instruments, midiData } = Body.parse(place)
      // An instrument may be silent; a MIDI without a single note is no result.
      return [instruments, midiData?.instruments].find((list) => list?.some(({ notes }) => notes.some(isPlayable)))
    })
    if (instruments === undefined) return null
    const expiresAt = expiryOf(envelope, receivedAt)
    return { type: 'midi:complete', kind: 'midi', stage: 'complete', instruments, expiresAt }
  },
}

/** A song has thousands of notes: as many as fit into the largest body that is accepted. */
const MAX_NOTES = 100_000

const note = record({ pitch: number, start: number, end: number, velocity: number })

const notes = listOf(note, MAX_NOTES)

const instrument = record({ name: text, notes: (value) => notes(value) ?? [] })

const result = { instruments: listOf(instrument) }

const Body = schemaOf(record({ ...result, midiData: objectOf(record(result)) }))

function isPlayable({ pitch, start }: ReturnType<typeof note>): boolean {
  return pitch !== null && start !== null
}
