import { memoryStore, type IdempotencyStore } from '../../../src/index.js'
import { sample } from '../../../src/testing/index.js'
import { awaitAnswer, type Case } from '../case.js'
import { whole } from '../request.js'

/** The task that goes wrong; the next one does not. */
const TASK = 'unlucky'

const callback = whole(JSON.stringify(sample('music:complete', { taskId: TASK })))
const does = [callback]

export const outcomes: readonly Case[] = [
  {
    title: 'a repeat',
    does: [callback, awaitAnswer, callback],
    requests: 2,
    expected: '200 received, 200 received',
    events: 1,
  },
  { title: 'nobody listens for the event', does, listensFor: 'video:complete', expected: '200 received', events: 0 },
  {
    title: 'a listener that throws',
    does,
    listener: ({ taskId }) => {
      if (taskId === TASK) throw new Error('unlucky')
    },
    expected: '500 failed',
    events: 1,
  },
  {
    title: 'a listener slower than deadlineMs',
    does,
    options: { verify: false, deadlineMs: 1000 },
    listener: ({ taskId }) => (taskId === TASK ? new Promise((resolve) => setTimeout(resolve, 2000)) : undefined),
    expected: '503 deadline (retry)',
    events: 1,
  },
  {
    title: 'another process at work on it',
    does,
    options: { verify: false, deadlineMs: 1000 },
    store: () => storeWith(() => Promise.resolve({ status: 'in-flight', retryAfterMs: 1000 })),
    expected: '409 in-flight (retry)',
    claims: 1,
  },
  {
    title: 'a store that is down',
    does,
    store: () => storeWith(() => Promise.reject(new Error('the store is down'))),
    expected: '503 unavailable (retry)',
    claims: 1,
  },
  {
    title: 'a verifier that says no',
    does,
    options: { verify: ({ taskId }) => taskId !== TASK },
    expected: '401 unauthorized',
  },
  {
    title: 'a verifier that throws',
    does,
    options: {
      verify: ({ taskId }) => {
        if (taskId === TASK) throw new Error('the key server is down')
        return true
      },
    },
    expected: '503 unavailable (retry)',
  },
  {
    title: 'no listener yet',
    does,
    listensFor: null,
    expected: '503 unavailable (retry)',
    afterwards: '503 unavailable (retry)',
  },
  {
    title: 'a receiver that closes',
    does,
    prepare: (suno) => suno.close(),
    expected: '503 unavailable (retry)',
    afterwards: '503 unavailable (retry)',
  },
]

/** A store that lends out every key but that of the unlucky task. */
function storeWith(claim: IdempotencyStore['claim']): IdempotencyStore {
  const inner = memoryStore()
  return {
    ...inner,
    claim: (key, token, leaseMs) =>
      key.includes(TASK) ? claim(key, token, leaseMs) : inner.claim(key, token, leaseMs),
  }
}
