import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import type { Kind } from '../events/types.js'
import { isSubmitPath, SUBMIT_ENDPOINTS, type SubmitPath } from './endpoints.js'
import { JOBS_PATH, kindOfJob } from './jobs.js'

/**
 * What a submission is: of the path, or, of kie.ai's jobs, of the model.
 *
 * @throws ConfigurationError `ENDPOINT_UNKNOWN`, `MODEL_UNKNOWN`, `OPTION_INVALID`
 */
export function readSubmission(
  path: unknown,
  params: unknown,
): { readonly path: SubmitPath; readonly params: object; readonly kind: Kind } {
  if (!isSubmitPath(path)) {
    const names = [...Object.keys(SUBMIT_ENDPOINTS), JOBS_PATH]
    throw new ConfigurationError('ENDPOINT_UNKNOWN', noSuchName({ what: 'endpoint', name: path, names, call: SUBMIT }))
  }
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    throw new ConfigurationError('OPTION_INVALID', `${SUBMIT}: params must be an object, such as { prompt: "…" }.`)
  }
  const kind =
    path === JOBS_PATH ? kindOfJob((params as { model?: unknown }).model, SUBMIT) : SUBMIT_ENDPOINTS[path].kind
  return { path, params, kind }
}

const SUBMIT = 'submit(path, params, options)'
