import type { IncomingMessage } from 'node:http'
import { isObject, parsed } from '../../events/values.js'
import { isHit, random, type Random } from '../random.js'
import { sampledKinds } from '../kinds/index.js'
import type { ProviderName } from '../../polling/endpoints.js'
import type { SampleJson } from '../kinds/body.js'
import { endpointOf, kindOfModel, type Endpoint } from './endpoints.js'
import { jobRecord } from './job-record.js'
import type { Submit } from './kept-task.js'
import type { ListenSettings, RecordFault } from './listen-options.js'
import { mediaFile, type MediaFile } from './media.js'
import type { TaskKeeper } from './task-keeper.js'

/**
 * What is answered. `hang`: nothing, for ever; `cut`: nothing, and the connection is closed. Most faults are codes in the body of a 200,
 * as the providers have it.
 */
export type ApiAnswer =
  | { readonly status: number; readonly body: SampleJson }
  | { readonly status: 200; readonly file: MediaFile }
  | { readonly status: 200; readonly html: string }
  | 'hang'
  | 'cut'

/** Where the links of bodies point to, below the provider's address. */
export const FILES_PATH = '/files'

/** The provider's API and its files. */
export class Api {
  readonly #next: Readonly<Record<'rateLimited' | 'withoutCredits' | 'recordFault', Random>>

  constructor(
    private readonly keeper: TaskKeeper,
    private readonly provider: ProviderName,
    private readonly listening: ListenSettings,
    seed: number,
  ) {
    const stream = (name: string) => random(seed, `listen ${name}`)
    this.#next = {
      rateLimited: stream('rateLimited'),
      withoutCredits: stream('withoutCredits'),
      recordFault: stream('recordFault'),
    }
  }

  async answer(request: IncomingMessage): Promise<ApiAnswer> {
    const { pathname, searchParams } = new URL(String(request.url), 'http://localhost')
    if (pathname.startsWith(`${FILES_PATH}/`)) return { status: 200, file: mediaFile(pathname) }
    const endpoint = endpointOf(request.method, pathname, this.provider)
    if (endpoint === null) return { status: 404, body: { code: 404, msg: 'Not Found', data: null } }
    if (!this.#isAuthorized(request)) return refused(401, 'You do not have access permissions')
    switch (endpoint.what) {
      case 'submit':
      case 'create job':
        return this.#submit(endpoint, await textOf(request))
      case 'record':
        return this.#record(endpoint.kind, searchParams.get(endpoint.idField))
      case 'job record':
        return this.#record(null, searchParams.get('taskId'))
    }
  }

  #isAuthorized({ headers }: IncomingMessage): boolean {
    const { apiKey } = this.listening
    return apiKey === undefined || headers.authorization === `Bearer ${apiKey}`
  }

  #submit(endpoint: Extract<Endpoint, { what: 'submit' | 'create job' }>, text: string): ApiAnswer {
    const isKie = this.provider === 'kie'
    if (isHit(this.listening.rateLimited, this.#next.rateLimited)) return this.#tooMany()
    if (isHit(this.listening.withoutCredits, this.#next.withoutCredits)) {
      return refused(isKie ? 402 : 429, 'The current credits are insufficient. Please top up.')
    }
    const submit = readSubmit(endpoint, parsed(text), this.provider)
    if (typeof submit === 'string') return refused(422, submit)
    const taskId = this.keeper.add(submit)
    const isSnake = submit.kind === 'recovery' && submit.model === null
    return { status: 200, body: { code: 200, msg: 'success', data: isSnake ? { task_id: taskId } : { taskId } } }
  }

  /** @param kind null: of any, by kie.ai's jobs */
  #record(kind: Submit['kind'] | null, taskId: string | null): ApiAnswer {
    const fault = this.#drawFault()
    switch (fault) {
      case 'rateLimited':
        return this.#tooMany()
      case 'serverError':
        return { status: 500, body: { code: 500, msg: 'Internal Error - Please try again later', data: null } }
      case 'hang':
      case 'cut':
        return fault
      case 'html':
        return { status: 200, html: '<!doctype html><title>502 Bad Gateway</title><h1>Bad gateway</h1>' }
      case null: {
        const task = this.keeper.find(taskId ?? '')
        const isJob = task?.model != null
        if (task === undefined || (kind === null ? !isJob : isJob || task.kind !== kind)) {
          return { status: 200, body: NO_RECORD }
        }
        return { status: 200, body: isJob ? jobRecord(task) : sampledKinds[task.kind].record(task) }
      }
    }
  }

  #drawFault(): RecordFault | null {
    let left = this.#next.recordFault()
    for (const [fault, share] of Object.entries(this.listening.recordFaults) as readonly [RecordFault, number][]) {
      if (left < share) return fault
      left -= share
    }
    return null
  }

  #tooMany(): ApiAnswer {
    const msg = 'Your call frequency is too high. Please try again later.'
    return this.provider === 'kie' ? { status: 429, body: { code: 429, msg, data: null } } : refused(430, msg)
  }
}

/** Of a task that there is not. */
const NO_RECORD: SampleJson = { code: 200, msg: 'success', data: null }

/** A code in the body of a 200. */
function refused(code: number, msg: string): ApiAnswer {
  return { status: 200, body: { code, msg, data: null } }
}

/** The task, or what is wrong with the request. */
function readSubmit(
  endpoint: Extract<Endpoint, { what: 'submit' | 'create job' }>,
  param: unknown,
  provider: ProviderName,
): Omit<Submit, 'taskId'> | string {
  if (!isObject(param)) return 'The request body must be a JSON object.'
  const isJob = endpoint.what === 'create job'
  const kind = isJob ? kindOfModel(param.model) : endpoint.kind
  if (kind === null) return 'The model is not supported.'
  const fields: readonly [string, ...string[]] = isJob ? ['callBackUrl'] : endpoint.fields
  const callbackUrl = fields.map((name) => param[name]).find((value) => value !== undefined)
  if (typeof callbackUrl !== 'string' || !/^https?:\/\/./.test(callbackUrl) || !URL.canParse(callbackUrl)) {
    return `Please enter ${fields[0]}.`
  }
  return { kind, provider, callbackUrl, param, model: isJob ? String(param.model) : null }
}

/** Whole, up to a megabyte: a client that sends more is cut off. */
async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > 1_048_576) request.destroy()
  }
  return text
}
