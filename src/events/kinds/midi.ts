import * as z from 'zod/mini'
import { isBlank, isObject } from '../values.js'
import { expiryOf } from './expiry.js'
import { listOf, number, objectOf, record, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { arrayWith, failure, optionalText, success } from './schema.js'

const FIELDS = fieldNames('instruments', 'midiData')

/** The notes of a separated track. Page: generate-midi-callbacks; a record has them below `midiData`. */
export const midi: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['midi:complete'],

  // Its `state` is sent with some results, and never with a failure.
  isSilent: true,

  recognise: (envelope) => hasField(envelope, FIELDS),

  read(envelope, receivedAt) {
    const instruments = firstOf(envelope, (place) => {
      const { instruments, midiData } = readResult(place)
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

const readResult = record({ ...result, midiData: objectOf(record(result)) })

function isPlayable({ pitch, start }: ReturnType<typeof note>): boolean {
  return pitch !== null && start !== null
}

/** The documented callbacks. sunoapi.org has the task id at the root, kie.ai in `data`. Times are numbers and digits, mixed. */
function schemas() {
  const time = z.union([z.number(), z.string()])
  const note = z.object({ pitch: z.number(), start: time, end: time, velocity: z.nullish(z.number()) })
  const instrument = z.object({ name: optionalText(), notes: z.array(note) })
  const instruments = arrayWith(instrument, ['notes'])
  const data = z.object({ taskId: optionalText(), state: optionalText(), instruments })
  const root = { task_id: optionalText() }
  return {
    'midi:complete': z.extend(success(data), root).check(hasTaskId()),
    error: z.extend(failure(z.nullish(z.pick(data, { taskId: true }))), root).check(hasTaskId()),
  }
}

function hasTaskId() {
  return z.refine<{ task_id?: unknown; data?: { taskId?: unknown } | null | undefined }>(
    ({ task_id, data }) => !isBlank(task_id) || !isBlank(data?.taskId),
    { error: 'a value, here or as data.taskId', path: ['task_id'], when: ({ value }) => isObject(value) },
  )
}
