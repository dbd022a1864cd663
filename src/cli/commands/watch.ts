import type { SunoEvent } from '../../events/types.js'
import { defineCommand, type Context } from '../command.js'
import { answerData, answerText } from '../deliver.js'
import { variable } from '../environment.js'
import { eventRecord } from '../event-data.js'
import { eventLine } from '../event-line.js'
import { explainAnswer } from '../explain-answer.js'
import { post, PROVIDER_TIMEOUT_MS } from '../post.js'
import { readKind, readMetadata } from '../read-values.js'
import { readTarget, type Target } from '../target.js'
import { TaskWatch, WATCH_OPTIONS } from '../task-watch.js'

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
    'forward-to': { type: 'string', value: '<url>', help: 'where the adapter of the app is mounted, or a port' },
    exact: { type: 'boolean', help: 'forwards to the URL as it is, without the kind in its path' },
    metadata: {
      type: 'string',
      multiple: true,
      value: '<name=value>',
      help: 'of the tasks; may be given several times',
    },
    ...WATCH_OPTIONS,
  },

  async run({ options, positionals: [name, ...taskIds] }, context) {
    const kind = readKind(name, 'suno-callbacks watch')
    const metadata = readMetadata(options.metadata)
    const to = options['forward-to']
    const isExact = options.exact === true
    const target = to === undefined ? null : readTarget(to, { env: context.env, isExact, kinds: [kind] })
    const watch = new TaskWatch({ kind, taskIds, metadata, options }, context)
    watch.suno.on('*', (event) => handOn(event, target, context))
    return watch.run({ finish: ({ type }) => Promise.resolve(type !== 'error') })
  },
})

/**
 * Writes an event, and posts it where it is to be handed on.
 *
 * @throws where the app did not take it, so that it is tried again with the next look
 */
async function handOn(event: SunoEvent, target: Target | null, { output, env, signal }: Context): Promise<void> {
  const { kind, metadata, raw } = event
  const line = eventLine(event)
  const data = eventRecord(event)
  if (target === null) return output.data({ ...data, forwarded: null }, line)
  const url = target.to(kind, variable(env, 'SUNO_CALLBACK_SECRET') === undefined ? undefined : metadata)
  const body = Buffer.from(JSON.stringify(raw))
  const posted = await post({ url, body, headers: {}, timeoutMs: PROVIDER_TIMEOUT_MS, signal })
  const explanation = explainAnswer(posted)
  const forwarded = answerData(posted, explanation)
  output.data({ ...data, forwarded }, `${line}\n          -> ${answerText(forwarded, explanation, output)}`)
  if (!explanation.isDelivered) throw new Error('The app did not take the callback.')
}
