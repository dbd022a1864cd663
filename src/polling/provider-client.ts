import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import { functionOf, numberFrom, option, optionsReader, readElsewhere, type Option } from '../errors/read-options.js'
import type { Kind } from '../events/types.js'
import { environment } from '../options/environment.js'
import { readUrl } from '../verify/read-url.js'
import {
  BASE_URLS,
  PROVIDER_NAMES,
  recordAddress,
  urlFieldOf,
  type ProviderName,
  type SubmitPath,
} from './endpoints.js'
import { JOBS_PATH, jobRecordAddress } from './jobs.js'
import { KieRecords } from './kie-records.js'
import { readRecordAnswer, readSubmitAnswer, type RecordAnswer } from './read-answer.js'
import { readSubmission } from './read-submission.js'
import { sendRequest, type ProviderRequest } from './send-request.js'
import { checkTask } from './task-name.js'
import { signalOption } from './signal-option.js'
import type { TaskName } from './task-list.js'

export interface ProviderClientOptions {
  /** Whose API it is: its address, and what its codes mean. */
  readonly provider: ProviderName
  /** `SUNO_API_KEY` of the environment by default. It is sent to the host of `baseUrl` and nowhere else. */
  readonly apiKey?: string | undefined
  /** The address of the API, where it is not the provider's own. `SUNO_API_BASE_URL` of the environment by default. */
  readonly baseUrl?: string | undefined
  /** Instead of Node's own, for example with a proxy. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** For one request, its answer read, in ms. 10,000 by default. */
  readonly timeoutMs?: number | undefined
}

/** What a client is called with. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
}

export interface RecordOptions extends RequestOptions {
  /** Awaited before a second request: kie.ai keeps the records of its jobs elsewhere. Where it rejects, that is not sent. */
  readonly beforeNextRequest?: (() => Promise<void>) | undefined
}

export interface SubmitOptions extends RequestOptions {
  /** The address for callbacks, put under the name that the endpoint has for it. */
  readonly callBackUrl?: string | undefined
}

/** The provider's API, as far as tasks and their records go. */
export interface ProviderClient {
  /**
   * Asks for the record of a task. `missing`: the provider knows no such task, which it also says right after it was submitted.
   *
   * @throws ProviderError; when `signal` aborts, its reason
   * @throws ConfigurationError `KIND_UNKNOWN`, `TASK_INVALID`, `OPTION_INVALID`, `OPTION_UNKNOWN`
   */
  record(kind: Kind, taskId: string, options?: RecordOptions): Promise<RecordAnswer>
  /**
   * Submits a task. Never tried again by itself: a request that was not answered may have been accepted, and costs credits.
   *
   * @throws ProviderError; when `signal` aborts, its reason
   * @throws ConfigurationError `ENDPOINT_UNKNOWN`, `MODEL_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
   */
  submit(path: SubmitPath, params: object, options?: SubmitOptions): Promise<TaskName>
}

/**
 * A client of the provider's API.
 *
 * @example
 * const provider = providerClient({ provider: 'sunoapi' }) // SUNO_API_KEY
 * const { taskId, kind } = await provider.submit('/api/v1/lyrics', { prompt }, { callBackUrl: suno.callbackUrl('lyrics') })
 * const { state, body } = await provider.record(kind, taskId)
 * @throws ConfigurationError `PROVIDER_INVALID`, `API_KEY_INVALID`, `BASE_URL_INVALID`, `BASE_URL_INSECURE`, `OPTION_OUT_OF_RANGE`,
 * `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function providerClient(options: ProviderClientOptions): ProviderClient {
  const { provider, timeoutMs, fetch = globalThis.fetch, ...given } = readOptions(options)
  const base = readUrl(given.baseUrl ?? environment('SUNO_API_BASE_URL') ?? BASE_URLS[provider], 'baseUrl', PURPOSE)
  const apiKey = readApiKey(given.apiKey ?? environment('SUNO_API_KEY'))
  const settings = { apiKey, fetch, timeoutMs }
  const context = { provider, apiKey }
  const send = (address: string, request: Omit<ProviderRequest, 'url'>) =>
    sendRequest({ ...request, url: toUrl(base, address) }, settings)

  const kie = new KieRecords()

  return {
    async record(kind, taskId, given = {}) {
      checkTask({ kind, taskId }, 'record(kind, taskId)')
      const { signal, beforeNextRequest } = readRecordOptions(given)
      const ask = async (isJob: boolean) => {
        const address = isJob ? jobRecordAddress(taskId) : recordAddress(kind, taskId)
        const answer = await send(address, { method: 'GET', signal })
        return readRecordAnswer(answer, isJob ? null : kind, taskId, context)
      }
      return provider === 'kie' ? kie.find(ask, beforeNextRequest) : ask(false)
    },

    async submit(givenPath, givenParams, given = {}) {
      const { path, params, kind } = readSubmission(givenPath, givenParams)
      const isJob = path === JOBS_PATH
      if (isJob && provider !== 'kie') throw new ConfigurationError('ENDPOINT_UNKNOWN', NO_JOBS)
      const { callBackUrl, signal } = readSubmitOptions(given)
      const urlField = urlFieldOf(path, provider)
      const body = JSON.stringify({ ...params, ...(callBackUrl !== undefined && { [urlField]: callBackUrl }) })
      const answer = await send(path, { method: 'POST', body, signal })
      kie.submitted(isJob)
      return { kind, taskId: readSubmitAnswer(answer, context) }
    },
  }
}

const NO_JOBS = `submit(path, params, options): ${JOBS_PATH} is an endpoint of kie.ai alone.`

const PURPOSE = { example: 'https://api.sunoapi.org', risk: 'the API key would travel in the clear' }

function toUrl(base: URL, address: string): URL {
  return new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}${address}`)
}

/** What a header cannot carry would be quoted, whole, in the error of who refuses it. */
function readApiKey(given: string | undefined): string {
  const apiKey = given?.trim() ?? ''
  if (/^[!-~]+$/.test(apiKey)) return apiKey
  const message =
    apiKey === ''
      ? 'providerClient needs an API key: set the option apiKey, or SUNO_API_KEY in the environment.'
      : 'apiKey has characters that no API key has, such as a space or a line break. Was it copied whole, and nothing else?'
  throw new ConfigurationError('API_KEY_INVALID', message)
}

const CALL = 'providerClient(options)'
const SUBMIT = 'submit(path, params, options)'

const readOptions = optionsReader(
  { call: CALL, example: '{ provider: "sunoapi" }' },
  () =>
    ({
      provider: option(z.enum(PROVIDER_NAMES), 'PROVIDER_INVALID', (name) =>
        noSuchName({ what: 'provider', name, names: PROVIDER_NAMES, call: CALL }),
      ),
      apiKey: option(z.optional(z.string()), 'API_KEY_INVALID', 'apiKey must be a string.'),
      baseUrl: readElsewhere<string>(),
      fetch: option(
        z.optional(functionOf<typeof globalThis.fetch>()),
        'OPTION_INVALID',
        'fetch must be a function that does what globalThis.fetch does.',
      ),
      timeoutMs: option(
        z._default(numberFrom(100, 120_000), 10_000),
        'OPTION_OUT_OF_RANGE',
        'timeoutMs must be a number of milliseconds from 100 to 120000.',
      ),
    }) satisfies Record<keyof ProviderClientOptions, Option>,
)

const readRecordOptions = optionsReader(
  { call: 'record(kind, taskId, options)', example: '{ signal }' },
  () =>
    ({
      signal: signalOption('record'),
      beforeNextRequest: option(
        z._default(functionOf<() => Promise<void>>(), () => () => Promise.resolve()),
        'OPTION_INVALID',
        'record: beforeNextRequest must be a function.',
      ),
    }) satisfies Record<keyof RecordOptions, Option>,
)

const readSubmitOptions = optionsReader(
  { call: SUBMIT, example: '{ callBackUrl }' },
  () =>
    ({
      callBackUrl: option(z.optional(z.string()), 'OPTION_INVALID', 'submit: callBackUrl must be an address, as text.'),
      signal: signalOption('submit'),
    }) satisfies Record<keyof SubmitOptions, Option>,
)
