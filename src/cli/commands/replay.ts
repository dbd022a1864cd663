import { newTaskId, renameTask } from '../../testing/task-id.js'
import { defineCommand } from '../command.js'
import { deliver } from '../deliver.js'
import { hasSecret, variable } from '../environment.js'
import { readJournal, type JournalEntry } from '../journal.js'
import { readTarget } from '../target.js'
import { UsageError } from '../usage-error.js'

export const replay = defineCommand({
  name: 'replay',
  summary: 'sends the callbacks of a journal again, signed anew',
  usage: '<file> [--to <url>] [options]',
  about: `Sends what listen --journal has kept, in its order and with its bytes, to an app. The URL is signed anew, with the kind and the
metadata that it had: a URL of then has expired. It says of each whether the app handled it, or had handled it before
("200 duplicate"). Exit code 1: something was not answered with 200, or a line is none of a journal.`,
  takes: { least: 1, most: 1 },
  options: {
    to: { type: 'string', value: '<url>', help: 'where the adapter is mounted, or a port (SUNO_CALLBACK_BASE_URL)' },
    'as-new': { type: 'boolean', help: 'under fresh task ids, so that the app handles them as new' },
    failed: { type: 'boolean', help: 'only those that were not answered with 200 then' },
    exact: { type: 'boolean', help: 'use the URL as it is, without the kind in its path' },
  },

  async run({ options, positionals: [file = ''] }, { env, output, signal }) {
    const to = options.to ?? variable(env, 'SUNO_CALLBACK_BASE_URL')
    if (to === undefined) throw new UsageError('--to is missing: where the adapter is mounted, such as --to 3000.')
    const target = readTarget(to, { env, isExact: options.exact === true })
    if (!hasSecret(env)) output.talk('Not signed, and without metadata: SUNO_CALLBACK_SECRET is not set.')
    const rename = options['as-new'] === true ? renamer() : null
    const count = { sent: 0, failed: 0, duplicates: 0 }
    const end = output.live(() => `${String(count.sent)} sent, ${String(count.failed)} failed`)
    try {
      for await (const { entry, fault } of readJournal(file)) {
        if (signal.aborted) break
        if (entry === null) {
          count.failed++
          output.talk(fault)
          continue
        }
        if (options.failed === true && entry.status === 200) continue
        const { body, taskId } = rename === null ? entry : rename(entry)
        const { type, kind } = entry
        const url = target.to(kind, hasSecret(env) ? entry.metadata : undefined)
        const { isDelivered, outcome } = await deliver({ url, body, type, kind, taskId }, output, signal)
        count.sent++
        if (!isDelivered) count.failed++
        if (outcome === 'duplicate') count.duplicates++
      }
    } finally {
      end()
    }
    output.talk(`${String(count.sent)} sent, ${String(count.failed)} failed.`)
    if (count.duplicates > 0) output.talk(`${String(count.duplicates)} of them ${DUPLICATES}`)
    return count.failed === 0 ? 0 : 1
  },
})

const DUPLICATES =
  'had been handled before, and were answered "200" without a call of a listener. --as-new sends them under fresh task ids.'

/** Answers bodies with a fresh task id in place of theirs: the same for all callbacks of one task. */
function renamer(): (entry: JournalEntry) => Pick<JournalEntry, 'body' | 'taskId'> {
  const names = new Map<string, string>()
  return ({ body, taskId }) => {
    if (taskId === null) return { body, taskId }
    const fresh = names.get(taskId) ?? newTaskId()
    names.set(taskId, fresh)
    const renamed = renameTask(Buffer.from(body).toString('utf8'), taskId, fresh)
    return { body: Buffer.from(JSON.stringify(renamed)), taskId: fresh }
  }
}
