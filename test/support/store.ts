import { memoryStore, type AsyncStore, type ClaimResult, type IdempotencyStore } from '../../src/index.js'

/** What a store does with one call instead of passing it on. */
export type Fault = (pass: () => unknown) => unknown

type Step = keyof IdempotencyStore

export interface Call {
  readonly step: Step
  readonly key: string
  readonly token: string | undefined
  readonly result?: unknown
}

/**
 * A memory store whose calls are written down, and can be made to fail, hang or answer late: `store.next('claim', fault, …)` names
 * what happens to the next calls of that step, one fault each; `store.always('complete', fault)` to all of them.
 */
export interface FaultyStore extends AsyncStore {
  readonly calls: Call[]
  next(step: Step, ...faults: Fault[]): void
  always(step: Step, fault: Fault | null): void
  steps(step: Step): Call[]
}

export function faultyStore(inner: IdempotencyStore = memoryStore()): FaultyStore {
  const calls: Call[] = []
  const queued = new Map<Step, Fault[]>()
  const standing = new Map<Step, Fault>()

  const run = async (step: Step, key: string, token: string | undefined, pass: () => unknown): Promise<unknown> => {
    const index = calls.push({ step, key, token }) - 1
    const fault = queued.get(step)?.shift() ?? standing.get(step)
    const result = await (fault === undefined ? pass() : fault(pass))
    calls[index] = { step, key, token, result }
    return result
  }

  return {
    calls,
    next: (step, ...faults) => queued.set(step, [...(queued.get(step) ?? []), ...faults]),
    always: (step, fault) => (fault === null ? standing.delete(step) : standing.set(step, fault)),
    steps: (step) => calls.filter((call) => call.step === step),
    claim: (key, token, ms) => run('claim', key, token, () => inner.claim(key, token, ms)) as Promise<ClaimResult>,
    complete: (key, token, ms) => run('complete', key, token, () => inner.complete(key, token, ms)) as Promise<boolean>,
    release: (key, token) => run('release', key, token, () => inner.release(key, token)) as Promise<boolean>,
    renew: (key, token, ms) =>
      run('renew', key, token, () => inner.renew?.(key, token, ms) ?? Promise.resolve(false)) as Promise<boolean>,
    isDone: (key) =>
      run('isDone', key, undefined, () => inner.isDone?.(key) ?? Promise.resolve(false)) as Promise<boolean>,
  }
}

export const fails: Fault = () => {
  throw new Error('the store is down')
}

export const hangs: Fault = () => new Promise(() => undefined)

/** Passes the call on after a while: slow on the way there. */
export const later =
  (ms: number): Fault =>
  async (pass) => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    return pass()
  }

/** Acts at once and answers after a while: slow on the way back. */
export const answersLater =
  (ms: number): Fault =>
  async (pass) => {
    const result = await pass()
    await new Promise((resolve) => setTimeout(resolve, ms))
    return result
  }

export const answers =
  (value: unknown): Fault =>
  () =>
    value

/** A store of the three methods that every store has. */
export function bareStore(): IdempotencyStore {
  const store = memoryStore()
  return {
    claim: (...args) => store.claim(...args),
    complete: (...args) => store.complete(...args),
    release: (...args) => store.release(...args),
  }
}
