import { refuseUnknownOptions } from '../../errors/refuse-unknown-options.js'
import { isBlank, isObject, objectOrNothing, snakeCase } from '../../events/values.js'
import type { Stems, StemsCompleteEvent } from '../../events/types.js'
import type { ProviderName } from '../../polling/endpoints.js'
import type { SampleJson } from './body.js'
import type { CallbackBody, SampledKind, Some, Stated } from './kind.js'
import { camelCased, errorOf, headOf, recordOf, responseOf, resultOf, toMillis, wordOf } from './record.js'
import { dataOf, invalid, message, write } from './write.js'

/** Songs taken apart. Pages: separate-vocals-from-music-callbacks, separate-vocals-callbacks (kie.ai). */
export const stems: SampledKind<StemsBodies, StemsOverrides> = {
  endpoints: {
    submit: ['/api/v1/vocal-removal/generate'],
    record: '/api/v1/vocal-removal/record-info',
    jobs: ['separate-vocals'],
  },

  successes: {
    'stems:complete': ({ taskId, provider }) => ({
      code: 200,
      msg: `vocal ${provider === 'kie' ? 'separation' : 'Removal'} generated successfully.`,
      data: {
        task_id: taskId,
        [stemsField(provider)]: {
          instrumental_url: `https://example.com/${taskId}_Instrumental.mp3`,
          origin_url: '',
          vocal_url: `https://example.com/${taskId}_Vocals.mp3`,
        },
      },
    }),
  },

  failure: ({ taskId, provider }) => ({
    code: provider === 'kie' ? 500 : 400,
    msg: 'Vocal separation failed',
    data: { task_id: taskId, [stemsField(provider)]: null },
  }),

  overrides: {
    'stems:complete': {
      message,
      stems: (body, value, { call }) => {
        if (!isObject(value)) throw invalid(`${call} must be an object.`)
        refuseUnknownOptions(value, STEMS, call)
        for (const [name, url] of Object.entries(value)) write(stemsOf(body), name, url)
      },
      originUrl: (body, value) => write(stemsOf(body), 'originUrl', value),
      originData: (body, value) => write(stemsOf(body), 'originData', inSnakeCase(value)),
    },
  },

  record: (task) => {
    const { vocal_removal_info, vocal_separation_info } = resultOf(task)
    return recordOf({
      ...headOf(task, toMillis),
      response: responseOf(task, camelCased(vocal_removal_info ?? vocal_separation_info)),
      successFlag: wordOf(task, 'GENERATE_AUDIO_FAILED'),
      ...errorOf(task),
    })
  },

  jobResult: ({ vocal_separation_info }) => ({
    resultUrls: Object.values(objectOrNothing(vocal_separation_info)).filter((link) => !isBlank(link)),
  }),
}

export interface StemsBodies {
  'stems:complete': CallbackBody<{
    task_id: string
    vocal_removal_info?: StemsInfo
    vocal_separation_info?: StemsInfo
  }>
}

export interface StemsOverrides {
  'stems:complete': Stated & {
    readonly stems?: Some<Stems> | undefined
    readonly originUrl?: string | null | undefined
    readonly originData?: StemsCompleteEvent['originData'] | undefined
  }
}

export type StemsInfo = { instrumental_url: string; origin_url: string; vocal_url: string; [field: string]: unknown }

/** What kie.ai calls separation, the others call removal. */
function stemsField(provider: ProviderName): string {
  return provider === 'kie' ? 'vocal_separation_info' : 'vocal_removal_info'
}

function stemsOf(body: SampleJson): SampleJson {
  const { vocal_removal_info, vocal_separation_info } = dataOf(body)
  return (vocal_removal_info ?? vocal_separation_info) as SampleJson
}

const STEMS = [
  ...['vocalUrl', 'instrumentalUrl', 'backingVocalsUrl', 'drumsUrl', 'bassUrl', 'guitarUrl', 'keyboardUrl', 'pianoUrl'],
  ...['percussionUrl', 'stringsUrl', 'synthUrl', 'fxUrl', 'brassUrl', 'woodwindsUrl'],
]

function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [snakeCase(name), inSnakeCase(child)]))
}
