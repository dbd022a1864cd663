import * as z from 'zod/mini'
import { has, isBlank, isObject } from '../envelope.js'
import { expiryOf } from './expiry.js'
import { listOf, number, record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { arrayWith, failure, optionalText, success } from './schema.js'

/** The notes of a separated track. Page: generate-midi-callbacks. */
export const midi: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
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
