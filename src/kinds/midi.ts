import type { z } from 'zod'
import { has } from '../envelope.js'
import { expiryOf } from './expiry.js'
import { listOf, number, record, text } from './fields.js'
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

const Note = record({ pitch: number, start: number, end: number, velocity: number })

const Instrument = record({ name: text, notes: listOf(Note, MAX_NOTES) }).transform(({ name, notes }) => ({
  name,
  notes: notes ?? [],
}))

const Body = record({ instruments: listOf(Instrument) })

function isPlayable({ pitch, start }: z.infer<typeof Note>): boolean {
  return pitch !== null && start !== null
}
