/** What the pages use of BullMQ, which is not among the dependencies; test/harness/bullmq compiles against the real one. */
declare module 'bullmq' {
  import type { StoredDelivery } from 'suno-callbacks'

  interface Job {
    readonly id?: string
    readonly data: StoredDelivery
    readonly failedReason: string
    retry(state: 'failed'): Promise<void>
  }

  class Queue {
    constructor(name: string, options: { readonly connection: object })
    readonly opts: { readonly connection: object }
    add(name: string, data: unknown, options: object): Promise<Job>
    getFailed(): Promise<Job[]>
    on(event: 'error', listener: (error: Error) => void): this
  }

  class Worker {
    constructor(
      name: string,
      processor: (job: Job, token?: string, signal?: AbortSignal) => Promise<void>,
      options: { readonly connection: object },
    )
    on(event: 'error', listener: (error: Error) => void): this
    on(event: 'failed', listener: (job: Job | undefined, error: Error) => void): this
  }
}
