import type { EventType, Kind } from '../../events/types.js'
import { kindOfEvent } from '../../events/kinds/index.js'
import { sample, type ProviderName } from '../../testing/index.js'
import { newTaskId } from '../../testing/task-id.js'
import { defineCommand } from '../command.js'
import { deliver } from '../deliver.js'
import { hasSecret } from '../environment.js'
import { readKind, readMetadata, readNumber, readPair } from '../read-values.js'
import { setField } from '../set-field.js'
import { readTarget, type Target } from '../target.js'
import { UsageError } from '../usage-error.js'

export const trigger = defineCommand({
  name: 'trigger',
  summary: 'sends one sample of a callback to an app, and explains the answer',
  usage: '<event> --to <url> [options]',
  about: `Sends the sample of an event, such as music:complete or error, as a provider would, and explains the answer. With
SUNO_CALLBACK_SECRET the URL is signed as the app would sign it. Exit code 1: not answered with 200.

<url> is where the adapter is mounted, such as http://127.0.0.1:3000/suno, or a port of this machine, or a signed callback URL.`,
  takes: { least: 1, most: 1 },
  options: {
    to: { type: 'string', value: '<url>', help: 'where to send it' },
    provider: { type: 'string', value: '<name>', help: 'whose spelling: sunoapi, apibox, kie (sunoapi)' },
    kind: { type: 'string', value: '<kind>', help: 'of which kind an error is (music)' },
    task: { type: 'string', value: '<id>', help: 'the task id (a fresh one)' },
    set: {
      type: 'string',
      multiple: true,
      value: '<path=value>',
      help: 'a field of the body, such as data.data.0.title=Mine',
    },
    metadata: { type: 'string', multiple: true, value: '<name=value>', help: 'an id of your own, in the signature' },
    repeat: { type: 'string', value: '<n>', help: 'how many times the same is sent, one after the other (1)' },
    exact: { type: 'boolean', help: 'use the URL as it is, without the kind in its path' },
  },

  async run({ options, positionals: [event = ''] }, { env, output, signal }) {
    if (options.to === undefined)
      throw new UsageError('--to is missing: where the adapter is mounted, such as --to 3000.')
    const type = event as EventType // checked by sample
    const named = options.kind === undefined ? undefined : readKind(options.kind, 'suno-callbacks trigger')
    const own = kindOfEvent(type)
    if (own !== null && named !== undefined && named !== own) {
      throw new UsageError(`--kind ${named}: ${type} is an event of ${own}. --kind is for error, which every kind has.`)
    }
    const taskId = options.task ?? newTaskId()
    const body = sample(type, { taskId, provider: options.provider as ProviderName | undefined, kind: named })
    const kind = own ?? named ?? 'music'
    const target = readTarget(options.to, { env, isExact: options.exact === true, kinds: [kind] })
    const url = addressOf(target, kind, options.metadata)
    const times = readNumber('--repeat', options.repeat, { least: 1, most: 1_000 }) ?? 1
    for (const pair of options.set ?? []) {
      const added = setField(body, ...readPair('--set', pair, 'data.data.0.title=Mine'))
      if (added !== null) output.talk(added)
    }
    if (!hasSecret(env) && !target.isSigned) output.talk('Not signed: SUNO_CALLBACK_SECRET is not set.')

    let failed = 0
    const bytes = Buffer.from(JSON.stringify(body))
    for (let sent = 0; sent < times && !signal.aborted; sent++) {
      const { isDelivered } = await deliver({ url, body: bytes, type, kind, taskId }, output, signal)
      if (!isDelivered) failed++
    }
    return failed === 0 ? 0 : 1
  },
})

/** @throws UsageError where the address cannot be for it */
function addressOf(target: Target, kind: Kind, pairs: readonly string[] | undefined): string {
  if (target.kind !== null && target.kind !== kind) {
    throw new UsageError(`The URL is signed for ${target.kind}, and the event is one of ${kind}.`)
  }
  if (target.isSigned && pairs !== undefined) {
    throw new UsageError(
      '--metadata: the URL is signed already, with metadata of its own. Give the address without a signature.',
    )
  }
  return target.to(kind, pairs === undefined ? undefined : readMetadata(pairs))
}
