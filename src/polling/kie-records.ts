import { ProviderError } from './provider-error.js'
import type { RecordAnswer } from './read-answer.js'

/** One request for a record. */
export type AskForRecord = (isJob: boolean) => Promise<RecordAnswer>

/**
 * kie.ai has two APIs: one with an endpoint for each kind, and one for jobs. A task is known to one of them, and nothing but the answer
 * tells to which. An app uses one of the two, so the one that has known a task last is asked first, and the other when that knows none.
 */
export class KieRecords {
  #areJobsFirst = false

  /** A task was submitted as a job, or not. */
  submitted(isJob: boolean): void {
    this.#areJobsFirst = isJob
  }

  /**
   * @param beforeNextRequest awaited before the second request, where there is one
   * @throws ProviderError; what `beforeNextRequest` throws
   */
  async find(ask: AskForRecord, beforeNextRequest: () => Promise<void>): Promise<RecordAnswer> {
    const isJob = this.#areJobsFirst
    const first = await orNoEndpoint(ask(isJob))
    if (!(first instanceof ProviderError) && first.state === 'found') return first
    await beforeNextRequest()
    const second = await orNoEndpoint(ask(!isJob))
    // An address where neither is, is no address of kie.ai's.
    const answer = second instanceof ProviderError ? first : second
    if (answer instanceof ProviderError) throw answer
    if (answer.state === 'found') this.#areJobsFirst = !isJob
    return answer
  }
}

/** An API that is not there, as after the move from one to the other, knows no task. */
async function orNoEndpoint(asked: Promise<RecordAnswer>): Promise<RecordAnswer | ProviderError> {
  return asked.catch((error: unknown) => {
    if (error instanceof ProviderError && error.code === 'REFUSED' && error.httpStatus === 404) return error
    throw error
  })
}
