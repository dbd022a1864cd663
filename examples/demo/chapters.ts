import { randomBytes } from 'node:crypto'
import { SunoCallbacks, type EventType, type Kind } from 'suno-callbacks'
import { sample, type ProviderName } from 'suno-callbacks/testing'
import { lostCallbacks } from './lost-callbacks.js'
import type { Story } from './story.js'

/** The whole story, chapter by chapter. */
export async function tellChapters(story: Story): Promise<void> {
  await songInThreeStages(story)
  await otherKinds(story)
  await otherSpellings(story)
  await failedTasks(story)
  await repeats(story)
  await failingListener(story)
  await slowListener(story)
  await strangers(story)
  await unknownShape(story)
  await lostCallbacks(story)
}

const SONG: readonly EventType[] = ['music:text', 'music:first', 'music:complete']
const RESULTS: readonly (readonly [Kind, EventType])[] = [
  ['lyrics', 'lyrics:complete'],
  ['video', 'video:complete'],
  ['phrase', 'phrase:ready'],
  ['voice', 'voice:ready'],
  ['wav', 'wav:complete'],
  ['stems', 'stems:complete'],
  ['midi', 'midi:complete'],
  ['cover', 'cover:complete'],
  ['recovery', 'recovery:complete'],
]
const KINDS: readonly Kind[] = ['music', ...RESULTS.map(([kind]) => kind)]
const OTHERS: readonly (readonly [ProviderName, string])[] = [
  ['apibox', 'api.box'],
  ['kie', 'kie.ai'],
]

async function songInThreeStages(story: Story): Promise<void> {
  story.chapter(
    'A song in three stages',
    'Each line is an event that a listener got, or (→) what became of its delivery.',
  )
  const taskId = newTaskId()
  const url = story.suno.callbackUrl('music', { metadata: { orderId: '42' } })
  for (const event of SONG) {
    await story.deliver({ url, body: sample(event, { taskId }) }, { outcome: 'handled', http: 200, event })
    const [told] = story.events
    story.check(told?.taskId === taskId && told.metadata.orderId === '42', 'the event has its task and our order id')
  }
}

async function otherKinds(story: Story): Promise<void> {
  story.chapter(
    'Everything else that the provider makes',
    'A voice takes two tasks: a phrase for the user to record, then the voice itself.',
  )
  for (const [kind, event] of RESULTS) {
    const url = story.suno.callbackUrl(kind)
    await story.deliver({ url, body: sample(event) }, { outcome: 'handled', http: 200, event })
  }
}

async function otherSpellings(story: Story): Promise<void> {
  for (const [provider, name] of OTHERS) {
    story.chapter(`The same from ${name}`, `Where ${name} spells a callback in its own way. The events are the same.`)
    const song = newTaskId()
    const songs = SONG.map((event) => ['music', event] as const)
    for (const [kind, event] of [...songs, ...RESULTS].filter(([, event]) => isSpeltAnew(event, provider))) {
      const body = sample(event, { provider, taskId: kind === 'music' ? song : newTaskId() })
      await story.deliver({ url: story.suno.callbackUrl(kind), body }, { outcome: 'handled', http: 200, event })
    }
  }
}

async function failedTasks(story: Story): Promise<void> {
  story.chapter(
    'Tasks that failed',
    'The verdict of the provider is an event too, so it is answered 200, and has a reason.',
  )
  for (const kind of KINDS) {
    for (const provider of ['sunoapi', ...OTHERS.map(([other]) => other)] as const) {
      if (!isSpeltAnew('error', provider, kind)) continue
      const attempt = { url: story.suno.callbackUrl(kind), body: sample('error', { kind, provider }) }
      await story.deliver(attempt, { outcome: 'handled', http: 200, event: 'error' })
      story.check(story.events[0]?.kind === kind, 'the event has the kind of its task')
    }
  }
}

async function repeats(story: Story): Promise<void> {
  const [url, taskId, popular] = [story.suno.callbackUrl('music'), newTaskId(), newTaskId()]
  const body = sample('music:complete', { taskId })

  story.chapter('A repeat', 'The provider did not hear our answer and tries again. The listener is called once.')
  await story.deliver({ url, body }, { outcome: 'handled', http: 200, event: 'music:complete' })
  await story.deliver({ url, body }, { outcome: 'duplicate', http: 200 })

  story.chapter('A stage that was overtaken', 'The first track of that song arrives after all of it did.')
  await story.deliver({ url, body: sample('music:first', { taskId }) }, { outcome: 'stale', http: 200 })

  story.chapter(
    'Three at once',
    'The same callback three times in parallel. One runs the listener, the others wait for it.',
  )
  const attempt = { url, body: sample('music:complete', { taskId: popular }) }
  await story.deliverAtOnce(
    [attempt, attempt, attempt],
    [
      { outcome: 'handled', http: 200, event: 'music:complete' },
      { outcome: 'duplicate', http: 200 },
      { outcome: 'duplicate', http: 200 },
    ],
  )
}

async function failingListener(story: Story): Promise<void> {
  story.chapter(
    'A listener that fails once',
    'The answer is 500, so the provider tries again; the retry runs every listener once more.',
  )
  const saved: string[] = []
  let tries = 0
  const saveSong = ({ taskId }: { taskId: string }) => {
    tries++
    if (tries === 1) throw new Error('the disk is full')
    saved.push(taskId)
  }
  const taskId = newTaskId()
  const attempt = { url: story.suno.callbackUrl('music'), body: sample('music:complete', { taskId }) }
  story.suno.on('music:complete', saveSong)
  await story.deliver(attempt, { outcome: 'failed', http: 500, event: 'music:complete' })
  await story.deliver(attempt, { outcome: 'handled', http: 200, event: 'music:complete' })
  story.suno.off('music:complete', saveSong)
  story.check(saved.join() === taskId, 'the song was saved once')
}

async function slowListener(story: Story): Promise<void> {
  story.chapter(
    'A listener slower than the deadline',
    'The answer is 503; the listener goes on, and the retry finds its work done.',
  )
  let finish = () => {}
  const work = new Promise<void>((resolve) => (finish = resolve))
  let runs = 0
  const renderCover = () => {
    runs++
    return work
  }
  const attempt = { url: story.suno.callbackUrl('video'), body: sample('video:complete') }
  story.suno.on('video:complete', renderCover)
  await story.deliver(attempt, { outcome: 'deadline', http: 503, event: 'video:complete' })
  finish()
  await story.deliver(attempt, { outcome: 'duplicate', http: 200 })
  story.suno.off('video:complete', renderCover)
  story.check(runs === 1, 'the listener was called once')
}

async function strangers(story: Story): Promise<void> {
  const { baseUrl, suno } = story
  const unauthorized = { outcome: 'rejected, unauthorized', http: 401 } as const
  const body = sample('music:complete')

  story.chapter(
    'Forged requests',
    'A URL that somebody else signed, one without signature, one for another kind. No body is read.',
  )
  const forger = new SunoCallbacks({ secret: randomBytes(32).toString('hex'), baseUrl })
  await story.deliver({ url: forger.callbackUrl('music'), body }, unauthorized)
  await story.deliver({ url: `${baseUrl}/music`, body }, unauthorized)
  const { search } = new URL(suno.callbackUrl('lyrics'))
  await story.deliver({ url: `${baseUrl}/music${search}`, body }, unauthorized)

  story.chapter('Broken bodies', 'JSON that ends too early, and a form instead of JSON.')
  const url = suno.callbackUrl('music')
  await story.deliver({ url, body: JSON.stringify(body).slice(0, 100) }, { outcome: 'rejected, malformed', http: 400 })
  const form = { url, body: 'code=200&msg=success', contentType: 'application/x-www-form-urlencoded' }
  await story.deliver(form, { outcome: 'rejected, not-json', http: 415 })
}

async function unknownShape(story: Story): Promise<void> {
  story.chapter(
    'A body of no known shape',
    'A result that this version cannot read is not lost: who listens for "unknown" or "*" gets it.',
  )
  const attempt = { url: story.suno.callbackUrl('video'), body: sample('unknown') }
  await story.deliver(attempt, { outcome: 'handled', http: 200, event: 'unknown' })
}

/** Whether the provider's body differs from those of the providers before it. */
function isSpeltAnew(event: EventType, provider: ProviderName, kind?: Kind): boolean {
  const spelt = (by: ProviderName) => JSON.stringify(sample(event, { taskId: 'task', provider: by, kind }))
  const order: readonly ProviderName[] = ['sunoapi', 'apibox', 'kie']
  return order.slice(0, order.indexOf(provider)).every((earlier) => spelt(earlier) !== spelt(provider))
}

/** 32 hex characters, like the provider's. */
function newTaskId(): string {
  return randomBytes(16).toString('hex')
}
