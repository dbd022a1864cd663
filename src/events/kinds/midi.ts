import { has } from '../envelope.js'
import { expiryOf } from './expiry.js'
import { listOf, number, record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'

/** The notes of a separated track. Page: generate-midi-callbacks. */
export const midi: KindDefinition = {
  events: ['midi:complete'],

  recognise: ({ data }) => has(data, 'instruments'),

  read({ data }, receivedAt) {
    const instruments = Body.parse(data).instruments ?? []
    // An instrument may be silent; a MIDI without a single note is no result.
    if (!instruments.some(({ notes }) => notes.some(isPlayable))) return null
    return { type: 'midi:complete', kind: 'midi', stage: 'complete', instruments, expiresAt: expiryOf(receivedAt) }
  },
}

/** A song has thousands of notes: as many as fit into the largest body that is accepted. */
const MAX_NOTES = 100_000

const note = record({ pitch: number, start: number, end: number, velocity: number })

const notes = listOf(note, MAX_NOTES)

const instrument = record({ name: text, notes: (value) => notes(value) ?? [] })

const Body = schemaOf(record({ instruments: listOf(instrument) }))

function isPlayable({ pitch, start }: ReturnType<typeof note>): boolean {
  return pitch !== null && start !== null
}
