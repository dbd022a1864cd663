import type { Kind } from '../events/types.js'

/** The providers whose API is known. They differ in their address and in a few spellings. */
export type ProviderName = 'sunoapi' | 'apibox' | 'kie'

/** Where their APIs are. */
export const BASE_URLS: Readonly<Record<ProviderName, string>> = {
  sunoapi: 'https://api.sunoapi.org',
  apibox: 'https://api.api.box',
  kie: 'https://api.kie.ai',
}

export const PROVIDER_NAMES = Object.keys(BASE_URLS) as readonly ProviderName[]

/** Where a kind of task is submitted, and what the request calls the address for callbacks. */
interface SubmitEndpoint {
  readonly kind: Kind
  readonly urlField: string
  /** Where kie.ai calls it otherwise. */
  readonly urlFieldOfKie?: string
}

const CALLBACK_URL = 'callBackUrl'

/** The same table as in src/verify/README.md. */
export const SUBMIT_ENDPOINTS = {
  '/api/v1/generate': { kind: 'music', urlField: CALLBACK_URL },
  '/api/v1/generate/extend': { kind: 'music', urlField: CALLBACK_URL },
  '/api/v1/generate/upload-cover': { kind: 'music', urlField: CALLBACK_URL },
  '/api/v1/generate/upload-extend': { kind: 'music', urlField: CALLBACK_URL },
  '/api/v1/generate/add-instrumental': { kind: 'music', urlField: CALLBACK_URL },
  '/api/v1/generate/add-vocals': { kind: 'music', urlField: CALLBACK_URL },
  '/api/v1/generate/replace-section': { kind: 'music', urlField: CALLBACK_URL },
  '/api/v1/generate/mashup': { kind: 'music', urlField: CALLBACK_URL },
  '/api/v1/generate/sounds': { kind: 'music', urlField: CALLBACK_URL },
  '/api/v1/lyrics': { kind: 'lyrics', urlField: CALLBACK_URL },
  '/api/v1/mp4/generate': { kind: 'video', urlField: CALLBACK_URL },
  '/api/v1/voice/generate': { kind: 'voice', urlField: CALLBACK_URL },
  '/api/v1/voice/validate': { kind: 'phrase', urlField: CALLBACK_URL },
  // The provider's own spelling.
  '/api/v1/voice/regenerate': { kind: 'phrase', urlField: 'calBackUrl' },
  '/api/v1/wav/generate': { kind: 'wav', urlField: CALLBACK_URL },
  '/api/v1/vocal-removal/generate': { kind: 'stems', urlField: CALLBACK_URL },
  '/api/v1/midi/generate': { kind: 'midi', urlField: CALLBACK_URL },
  '/api/v1/suno/cover/generate': { kind: 'cover', urlField: CALLBACK_URL },
  '/api/v1/suno/recovery': { kind: 'recovery', urlField: CALLBACK_URL, urlFieldOfKie: 'call_back_url' },
} as const satisfies Readonly<Record<string, SubmitEndpoint>>

/** A path of the provider's API that takes a task. */
export type SubmitPath = keyof typeof SUBMIT_ENDPOINTS

export function isSubmitPath(path: unknown): path is SubmitPath {
  return typeof path === 'string' && Object.hasOwn(SUBMIT_ENDPOINTS, path)
}

/** What the path takes. */
export function submitEndpoint(path: SubmitPath, provider: ProviderName): { kind: Kind; urlField: string } {
  const { kind, urlField, urlFieldOfKie }: SubmitEndpoint = SUBMIT_ENDPOINTS[path]
  return { kind, urlField: provider === 'kie' ? (urlFieldOfKie ?? urlField) : urlField }
}

/** Path and query of a task's record. Pages: get-music-generation-details and its like. */
export function recordAddress(kind: Kind, taskId: string): string {
  const name = kind === 'recovery' ? 'task_id' : 'taskId'
  return `${RECORD_PATHS[kind]}?${name}=${encodeURIComponent(taskId)}`
}

const RECORD_PATHS: Readonly<Record<Kind, string>> = {
  music: '/api/v1/generate/record-info',
  lyrics: '/api/v1/lyrics/record-info',
  video: '/api/v1/mp4/record-info',
  voice: '/api/v1/voice/record-info',
  phrase: '/api/v1/voice/validate-info',
  wav: '/api/v1/wav/record-info',
  stems: '/api/v1/vocal-removal/record-info',
  midi: '/api/v1/midi/record-info',
  cover: '/api/v1/suno/cover/record-info',
  recovery: '/api/v1/suno/recovery/record-info',
}
