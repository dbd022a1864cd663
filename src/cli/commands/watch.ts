import type { Kind, Metadata, SunoEvent } from '../../events/types.js'
import { memoryTasks, providerClient, recordPoller, type Check, type RecordPoller } from '../../polling/index.js'
import { pause } from '../../polling/abort.js'
import { nextDelayMs } from '../../polling/schedule.js'
import { defineCommand, type Context } from '../command.js'
import { instanceOf, variable } from '../environment.js'
import { answerData, answerText } from '../deliver.js'
import { eventData } from '../event-data.js'
import { detailOf, nameColumns, timeOf } from '../event-line.js'
import { explainAnswer } from '../explain-answer.js'
import { post, PROVIDER_TIMEOUT_MS } from '../post.js'
import { readKind, readMetadata, readNumber } from '../read-values.js'
import { createdAtOf } from '../record-age.js'
import { readTarget, type Target } from '../target.js'
import { WatchProgress } from '../watch-progress.js'
import { readProvider } from './provider.js'

export const watch = defineCommand({
  name: 'watch',
  summary: 'asks for the records of tasks until their last event: no callback, and no tunnel',
  usage: '<kind> <task id> [<task id> …] [options]',
  about: `Asks the provider (SUNO_API_KEY, SUNO_API_BASE_URL) for the record of each task, again and again, and prints each event that it
becomes. With --forward-to each is posted to an app as a signed callback, until the app answers 200: development with no tunnel.
Metadata come from the task's own signed URL, where the record shows it, else from --metadata. Exit code 1: a task has failed, is
unknown to the provider, or was not over in time.`,
  takes: { least: 2, most: Infinity },
  options: {
    provider: { type: 'string', value: '<name>', help: 'whose API: sunoapi, apibox, kie (sunoapi)' },
    'forward-to': { type: 'string', value: '<url>', help: 'where the adapter of the app is mounted, or a port' },
    exact: { type: 'boolean', help: 'forwards to the URL as it is, without the kind in its path' },
    metadata: {
      type: 'string',
      multiple: true,
      value: '<name=value>',
      help: 'of the tasks; may be given several times',
    },
    every: { type: 'string', value: '<seconds>', help: 'how often (10, less often when a task gets old)' },
    timeout: { type: 'string', value: '<seconds>', help: 'gives up after that (never)' },
  },

  async run({ options, positionals: [name, ...taskIds] }, context) {
    const { env, output, signal } = context
    const kind = readKind(name, 'suno-callbacks watch')
    const metadata = readMetadata(options.metadata)
    const to = options['forward-to']
    const target = to === undefined ? null : readTarget(to, { env, isExact: options.exact === true, kinds: [kind] })
    const everyMs = toMs('--every', options.every)
    const timeoutMs = toMs('--timeout', options.timeout)
    const suno = instanceOf(env)
    const provider = providerClient({
      provider: readProvider(options.provider),
      apiKey: variable(env, 'SUNO_API_KEY'),
      baseUrl: variable(env, 'SUNO_API_BASE_URL'),
    })
    const poller = recordPoller(suno, { provider, tasks: memoryTasks(), mode: 'primary', logger: false })
    const timeout = timeoutMs === undefined ? new AbortController().signal : AbortSignal.timeout(timeoutMs)
    const over = new AbortController()
    suno.on('*', (event) => handOn(event, target, context))

    const tasks = [...new Set(taskIds)]
    const progress = new WatchProgress(tasks.length)
    const end = output.live(() => progress.toText())
    const ending = AbortSignal.any([signal, timeout, over.signal])
    const watching: Watching = { kind, metadata, everyMs, poller, progress, context, signal: ending }
    try {
      const ends = await Promise.all(tasks.map((taskId) => watchTask(taskId, watching)))
      if (timeout.aborted) output.talk(`Not over within ${String(options.timeout)} s: ${progress.toText()}`)
      return ends.every((isGood) => isGood) ? 0 : 1
    } finally {
      end()
      over.abort()
      await poller.stop()
    }
  },
})

function toMs(option: string, seconds: string | undefined): number | undefined {
  const number = readNumber(option, seconds, { least: 0.1, most: 2_000_000 })
  return number === undefined ? undefined : number * 1000
}

/** What the watch of a task needs. */
interface Watching {
  readonly kind: Kind
  readonly metadata: Metadata
  readonly everyMs: number | undefined
  readonly poller: RecordPoller
  readonly progress: WatchProgress
  readonly context: Context
  readonly signal: AbortSignal
}

/** Answers whether the task ended well. Rejects only with what cannot be mended by waiting. */
async function watchTask(taskId: string, watching: Watching): Promise<boolean> {
  const { kind, metadata, everyMs, poller, progress, context, signal } = watching
  const startedAt = new Date()
  let submittedAt = startedAt
  let misses = 0
  while (!signal.aborted) {
    const check = await poller.check({ kind, taskId, metadata, submittedAt, signal }).catch(unlessAborted(signal))
    if (check === null) break
    progress.note(check)
    if (check.status === 'done') return check.event.type !== 'error'
    if (check.status === 'unanswered' && check.error.code === 'UNAUTHORIZED') throw check.error
    misses = isMiss(check) ? misses + 1 : 0
    if (misses === MOST_MISSES) {
      context.output.talk(`${kind} ${taskId}: ${whyMissing(check)}`)
      return false
    }
    submittedAt = createdAtOf(check.record) ?? startedAt
    const ageMs = Date.now() - startedAt.getTime()
    await pause(everyMs ?? nextDelayMs({ mode: 'primary', kind, ageMs }, Math.random()), signal)
  }
  return false
}

function unlessAborted(signal: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (signal.aborted) return null
    throw error
  }
}

/** The provider says so also right after a submit, so it is asked a few times. */
const MOST_MISSES = 6

function isMiss(check: Check): boolean {
  return check.status === 'missing' || (check.status === 'unanswered' && LASTING.has(check.error.code))
}

/** What a later request does not mend. */
const LASTING: ReadonlySet<string> = new Set(['REFUSED', 'UNREADABLE'])

function whyMissing(check: Check): string {
  return check.status === 'unanswered'
    ? check.error.message
    : 'the provider knows no such task. Are kind, provider and account those of its submit?'
}

/**
 * Writes an event, and posts it where it is to be handed on.
 *
 * @throws where the app did not take it, so that it is tried again with the next look
 */
async function handOn(event: SunoEvent, target: Target | null, { output, env, signal }: Context): Promise<void> {
  const { type, kind, taskId, metadata, raw } = event
  const line = [timeOf(new Date()), nameColumns(event), detailOf(event)].join('  ').trimEnd()
  const data = { record: 'event', type, kind, taskId, event: eventData(event) }
  if (target === null) return output.data({ ...data, forwarded: null }, line)
  const url = target.to(kind, variable(env, 'SUNO_CALLBACK_SECRET') === undefined ? undefined : metadata)
  const body = Buffer.from(JSON.stringify(raw))
  const posted = await post({ url, body, headers: {}, timeoutMs: PROVIDER_TIMEOUT_MS, signal })
  const explanation = explainAnswer(posted)
  const forwarded = answerData(posted, explanation)
  output.data({ ...data, forwarded }, `${line}\n          -> ${answerText(forwarded, explanation, output)}`)
  if (!explanation.isDelivered) throw new Error('The app did not take the callback.')
}
