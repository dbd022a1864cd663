import type { MidiCompleteEvent } from '../../events/types.js'
import type { CallbackBody, SampledKind, Stated } from './kind.js'
import { errorOf, headOf, progressOf, recordOf, responseOf, resultOf, toMillis } from './record.js'
import { inData, message } from './write.js'

/** Notes. Page: generate-midi-callbacks. */
export const midi: SampledKind<MidiBodies, MidiOverrides> = {
  endpoints: {
    submit: ['/api/v1/midi/generate'],
    record: '/api/v1/midi/record-info',
    jobs: ['generate-midi-from-audio'],
  },

  successes: {
    // Times are numbers and strings, mixed within one note. Only kie.ai's newer page has the task id inside.
    'midi:complete': ({ taskId, provider }) => {
      const instruments = [
        { name: 'Drums', notes: [{ pitch: 36, start: '0.5', end: 0.625, velocity: 1 }] },
        { name: 'Electric Bass (finger)', notes: [{ pitch: 44, start: 7.6875, end: '7.90625', velocity: 0.8 }] },
      ]
      const isKie = provider === 'kie'
      const data = { ...(isKie && { taskId }), state: 'complete', instruments }
      return { ...(!isKie && { task_id: taskId }), code: 200, msg: 'success', data }
    },
  },

  failure: ({ taskId, provider }) => {
    const failed = { code: 500, msg: 'MIDI generation failed' }
    return provider === 'kie' ? { ...failed, data: { taskId } } : { task_id: taskId, ...failed, data: null }
  },

  overrides: { 'midi:complete': { message, instruments: inData('instruments') } },

  record: (task) => {
    const { state, instruments } = resultOf(task)
    return recordOf({
      ...headOf(task, toMillis),
      midiData: responseOf(task, { state, instruments }),
      // Here 2 is a failure too: it could not be created.
      successFlag: { running: 0, succeeded: 1, failed: 3 }[progressOf(task)],
      ...errorOf(task),
    })
  },

  jobResult: (result) => result,
}

export interface MidiBodies {
  'midi:complete': CallbackBody<{
    taskId?: string
    state: string
    instruments: { name: string | null; notes: unknown[] }[]
  }>
}

export interface MidiOverrides {
  'midi:complete': Stated & { readonly instruments?: MidiCompleteEvent['instruments'] | undefined }
}
