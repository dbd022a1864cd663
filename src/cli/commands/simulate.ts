import type { Kind } from '../../events/types.js'
import { simulatedProvider } from '../../testing/index.js'
import { defineCommand } from '../command.js'
import { readNumber } from '../read-values.js'
import { progressWriter, writeReport } from '../simulation-lines.js'
import { readTarget, type Target } from '../target.js'
import { UsageError } from '../usage-error.js'

export const simulate = defineCommand({
  name: 'simulate',
  summary: 'sends the callbacks of many tasks, with repeats, retries and lost connections',
  usage: '<url> [<url> …] [options]',
  about: `Sends callbacks to servers of your own as the providers do: 15 s for an answer, anything but 200 is a failure, and three retries
after 1, 5 and 15 minutes. It never sends to anything but the addresses that you give, and only give it what is yours.

<url> is where the adapter is mounted, such as http://127.0.0.1:3000/suno: the kind is added to its path. With SUNO_CALLBACK_SECRET
in the environment the URLs are signed, as your app signs them. A URL that is signed already is used as it is, for its kind alone.
With several URLs, every attempt picks one. Ctrl-C ends it early. Exit code 1: something was not delivered.`,
  takes: { least: 1, most: Infinity },
  options: {
    tasks: { type: 'string', value: '<n>', help: 'how many tasks (20)' },
    kind: { type: 'string', multiple: true, value: '<kind>', help: 'of which kind; may be given several times (all)' },
    exact: { type: 'boolean', help: 'use the URL as it is, without the kind in its path' },
    speed: { type: 'string', value: '<factor>', help: "how many times as fast as the provider's the pauses pass (1)" },
    timeout: { type: 'string', value: '<seconds>', help: 'how long an answer may take, whatever the speed (15)' },
    concurrency: { type: 'string', value: '<n>', help: 'attempts under way at a time (50)' },
    seed: { type: 'string', value: '<n>', help: 'play the schedule of an earlier run again' },
    failing: {
      type: 'string',
      value: '<share>',
      help: 'tasks that end in an error, from 0 to 1 (0), like all that follow',
    },
    skip: { type: 'string', value: '<share>', help: 'stages before the last that are left out' },
    shuffle: { type: 'string', value: '<share>', help: 'tasks whose callbacks come in another order' },
    repeat: { type: 'string', value: '<share>', help: 'callbacks that are sent again after they were acknowledged' },
    parallel: { type: 'string', value: '<share>', help: 'callbacks that are sent as several requests at once' },
    cut: {
      type: 'string',
      value: '<share>',
      help: 'attempts whose connection is closed halfway, or before the answer is read',
    },
  },

  async run({ options, positionals }, { env, output, signal }) {
    const kinds = (options.kind ?? []) as readonly Kind[] // checked by simulatedProvider
    const targets = readTargets(positionals, kinds, (text) =>
      readTarget(text, { env, isExact: options.exact === true, kinds }),
    )
    const number = (name: Exclude<keyof typeof options, 'exact' | 'kind'>) => readNumber(`--${name}`, options[name])
    const progress = progressWriter(output)
    const provider = simulatedProvider({
      urls: (kind) =>
        targets.filter((target) => target.kind === null || target.kind === kind).map(({ to }) => to(kind)),
      mix: toMix(kinds, targets),
      tasks: number('tasks') ?? 20,
      speed: number('speed'),
      timeoutMs: (number('timeout') ?? 15) * 1000,
      concurrency: number('concurrency'),
      seed: number('seed'),
      failing: number('failing'),
      skipStages: number('skip'),
      shuffle: number('shuffle'),
      repeat: number('repeat'),
      parallel: number('parallel'),
      cutConnections: number('cut'),
      onProgress: progress.write,
      signal,
    })
    // An address that cannot be signed is a mistake in the arguments too.
    for (const { kind } of provider.tasks.slice(0, 1)) for (const { to } of targets) to(kind)
    output.talk(`${String(provider.tasks.length)} tasks, seed ${String(provider.seed)}`)
    const end = output.live(progress.summary)
    const report = await provider.run().finally(end)
    writeReport(report, output)
    return report.totals.delivered === report.totals.callbacks ? 0 : 1
  },
})

function readTargets(
  urls: readonly string[],
  kinds: readonly Kind[],
  read: (text: string) => Target,
): readonly Target[] {
  const targets = urls.map(read)
  const wrong = kinds.find((kind) => !targets.some((target) => target.kind === null || target.kind === kind))
  if (wrong === undefined) return targets
  const signed = targets.map((target) => target.kind).join(', ')
  throw new UsageError(`--kind ${wrong}: no URL is for it. What is signed is for: ${signed}.`)
}

/** The given kinds; else those that URLs are signed for; else all. */
function toMix(kinds: readonly Kind[], targets: readonly Target[]): Partial<Record<Kind, number>> | undefined {
  const signed = targets.flatMap(({ kind }) => kind ?? [])
  const isForAny = signed.length < targets.length
  const chosen = kinds.length > 0 || isForAny ? kinds : signed
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen.map((kind) => [kind, 1]))
}
