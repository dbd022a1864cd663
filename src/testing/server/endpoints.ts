import type { Kind } from '../../events/types.js'
import type { Provider } from '../samples.js'

/** Where tasks are submitted, after the providers' pages; src/verify/README.md has the same table. */
const SUBMIT_PATHS: Readonly<Record<string, Kind>> = {
  '/api/v1/generate': 'music',
  '/api/v1/generate/extend': 'music',
  '/api/v1/generate/upload-cover': 'music',
  '/api/v1/generate/upload-extend': 'music',
  '/api/v1/generate/add-instrumental': 'music',
  '/api/v1/generate/add-vocals': 'music',
  '/api/v1/generate/replace-section': 'music',
  '/api/v1/generate/mashup': 'music',
  '/api/v1/generate/sounds': 'music',
  '/api/v1/lyrics': 'lyrics',
  '/api/v1/mp4/generate': 'video',
  '/api/v1/voice/generate': 'voice',
  '/api/v1/voice/validate': 'phrase',
  '/api/v1/voice/regenerate': 'phrase',
  '/api/v1/wav/generate': 'wav',
  '/api/v1/vocal-removal/generate': 'stems',
  '/api/v1/midi/generate': 'midi',
  '/api/v1/suno/cover/generate': 'cover',
  '/api/v1/suno/recovery': 'recovery',
}

const RECORD_PATHS: Readonly<Record<string, Kind>> = {
  '/api/v1/generate/record-info': 'music',
  '/api/v1/lyrics/record-info': 'lyrics',
  '/api/v1/mp4/record-info': 'video',
  '/api/v1/voice/record-info': 'voice',
  '/api/v1/voice/validate-info': 'phrase',
  '/api/v1/wav/record-info': 'wav',
  '/api/v1/vocal-removal/record-info': 'stems',
  '/api/v1/midi/record-info': 'midi',
  '/api/v1/suno/cover/record-info': 'cover',
  '/api/v1/suno/recovery/record-info': 'recovery',
}

/** The operations of kie.ai's jobs that make a task with a callback. */
const JOBS: Readonly<Record<string, Kind>> = {
  generate: 'music',
  extend: 'music',
  'upload-and-cover-audio': 'music',
  'upload-and-extend-audio': 'music',
  'add-instrumental': 'music',
  'add-vocals': 'music',
  'replace-section': 'music',
  mashup: 'music',
  sounds: 'music',
  'generate-lyrics': 'lyrics',
  'create-music-video': 'video',
  'create-voice': 'voice',
  'validation-phrase': 'phrase',
  'regenerate-phrase': 'phrase',
  'convert-to-wav-format': 'wav',
  'separate-vocals': 'stems',
  'generate-midi-from-audio': 'midi',
  'cover-generate': 'cover',
  'suno-recovery-audio': 'recovery',
}

/** What is asked of the API. `fields`: what the request may call the address for callbacks; the first is the documented one. */
export type Endpoint =
  | { readonly what: 'submit'; readonly kind: Kind; readonly fields: readonly [string, ...string[]] }
  | { readonly what: 'create job' }
  | { readonly what: 'record'; readonly kind: Kind; readonly idField: string }
  | { readonly what: 'job record' }

/** Null for what the provider does not have. */
export function endpointOf(method: string | undefined, path: string, provider: Provider): Endpoint | null {
  if (method === 'POST') {
    if (path === '/api/v1/jobs/createTask') return provider === 'kie' ? { what: 'create job' } : null
    const kind = own(SUBMIT_PATHS, path)
    return kind === null ? null : { what: 'submit', kind, fields: fieldsOf(path, provider) }
  }
  if (path === '/api/v1/jobs/recordInfo') return provider === 'kie' ? { what: 'job record' } : null
  const kind = own(RECORD_PATHS, path)
  return kind === null ? null : { what: 'record', kind, idField: kind === 'recovery' ? 'task_id' : 'taskId' }
}

/** `ai-music-api/generate` → `music`; null for a model that makes no task of ours. */
export function kindOfModel(model: unknown): Kind | null {
  const operation = typeof model === 'string' ? /^ai-music-api\/(.+)$/.exec(model)?.[1] : undefined
  return own(JOBS, operation ?? '')
}

/** The providers' own spellings. */
function fieldsOf(path: string, provider: Provider): readonly [string, ...string[]] {
  if (path === '/api/v1/voice/regenerate') return ['calBackUrl']
  return path === '/api/v1/suno/recovery' && provider === 'kie' ? ['call_back_url', 'callBackUrl'] : ['callBackUrl']
}

function own(table: Readonly<Record<string, Kind>>, name: string): Kind | null {
  return Object.entries(table).find(([key]) => key === name)?.[1] ?? null
}
