import { parseArgs } from 'node:util'
import { SunoCallbacks, type Kind } from 'suno-callbacks'
import {
  simulatedProvider,
  type SimulatedProvider,
  type SimulationProgress,
  type SimulationReport,
} from 'suno-callbacks/testing'
import { print, printTable, styled } from './demo/print.js'

const USAGE = `Usage:
  npm run simulate -- <url> [<url> …] [options]

Sends callbacks to servers of your own as the providers do: 15 s for an answer, anything but 200 is a failure, and three retries
after 1, 5 and 15 minutes. It never sends to anything but the addresses that you give, and only give it what is yours.

<url> is where the adapter is mounted, such as http://127.0.0.1:3000/suno: the kind is added to its path. With SUNO_CALLBACK_SECRET
in the environment the URLs are signed, as your app signs them. A URL that is signed already is used as it is, for its kind alone.
With several URLs, every attempt picks one.

  --tasks <n>           how many tasks (20)
  --kind <kind>         of which kind; may be given several times (all)
  --exact               use the URL as it is, without the kind in its path
  --speed <factor>      how many times as fast as the provider's the pauses pass (1)
  --timeout <seconds>   how long an answer may take, whatever the speed (15)
  --concurrency <n>     attempts under way at a time (50)
  --seed <n>            play the schedule of an earlier run again
  --failing <share>     tasks that end in an error, from 0 to 1 (0), like all that follow
  --skip <share>        stages before the last that are left out
  --shuffle <share>     tasks whose callbacks come in another order
  --repeat <share>      callbacks that are sent again after they were acknowledged
  --parallel <share>    callbacks that are sent as several requests at once
  --cut <share>         attempts whose connection is closed halfway, or before the answer is read
  --help                this text

Ctrl-C ends it early. Exit code 0: all delivered; 1: something was not; 2: bad usage.`

async function main(): Promise<number> {
  const stopping = new AbortController()
  const provider = readArguments(stopping.signal)
  if (provider === 'help') {
    print(USAGE)
    return 0
  }
  if (typeof provider === 'string') {
    console.error(`${provider}\n\n${HINT}`)
    return 2
  }
  process.once('SIGINT', () => stopping.abort())
  print(`${String(provider.tasks.length)} tasks, seed ${String(provider.seed)}`)
  const report = await provider.run()
  summarise(report)
  return report.totals.delivered === report.totals.callbacks ? 0 : 1
}

const HINT = 'npm run simulate -- --help says how it is used.'

const OPTIONS = {
  tasks: { type: 'string' },
  kind: { type: 'string', multiple: true },
  exact: { type: 'boolean' },
  speed: { type: 'string' },
  timeout: { type: 'string' },
  concurrency: { type: 'string' },
  seed: { type: 'string' },
  failing: { type: 'string' },
  skip: { type: 'string' },
  shuffle: { type: 'string' },
  repeat: { type: 'string' },
  parallel: { type: 'string' },
  cut: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** The provider, or what is wrong with the arguments. */
function readArguments(signal: AbortSignal): SimulatedProvider | string {
  try {
    const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
    if (values.help === true) return 'help'
    const kinds = (values.kind ?? []) as Kind[] // checked below
    const targets = readTargets(positionals, kinds, values.exact === true)
    const provider = simulatedProvider({
      urls: (kind) =>
        targets.filter((target) => target.kind === null || target.kind === kind).map(({ to }) => to(kind)),
      mix: toMix(kinds, targets),
      tasks: toNumber('tasks', values.tasks) ?? 20,
      speed: toNumber('speed', values.speed),
      timeoutMs: (toNumber('timeout', values.timeout) ?? 15) * 1000,
      concurrency: toNumber('concurrency', values.concurrency),
      seed: toNumber('seed', values.seed),
      failing: toNumber('failing', values.failing),
      skipStages: toNumber('skip', values.skip),
      shuffle: toNumber('shuffle', values.shuffle),
      repeat: toNumber('repeat', values.repeat),
      parallel: toNumber('parallel', values.parallel),
      cutConnections: toNumber('cut', values.cut),
      onProgress: progressPrinter(),
      signal,
    })
    // An address that cannot be signed is a mistake in the arguments too.
    for (const { kind } of provider.tasks.slice(0, 1)) for (const { to } of targets) to(kind)
    return provider
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function toNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (text.trim() === '' || Number.isNaN(Number(text))) throw new Error(`--${name} must be a number, not "${text}".`)
  return Number(text)
}

/** One of the given URLs. */
interface Target {
  /** The one kind that it is for; null: any. */
  readonly kind: Kind | null
  readonly to: (kind: Kind) => string
}

function readTargets(urls: readonly string[], kinds: readonly Kind[], isExact: boolean): readonly Target[] {
  if (urls.length === 0)
    throw new Error('A URL is missing: where the adapter is mounted, such as http://127.0.0.1:3000/suno.')
  const targets = urls.map((text) => readTarget(text, kinds, isExact))
  const wrong = kinds.find((kind) => !targets.some((target) => target.kind === null || target.kind === kind))
  if (wrong === undefined) return targets
  const signed = targets.map((target) => target.kind).join(', ')
  throw new Error(`--kind ${wrong}: no URL is for it. What is signed is for: ${signed}.`)
}

function readTarget(text: string, kinds: readonly Kind[], isExact: boolean): Target {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new Error('A URL must begin with http:// or https://, such as http://127.0.0.1:3000/suno.')
  }
  const url = new URL(text)
  const signature = url.searchParams.get('suno_signature')
  if (signature !== null) return { kind: kindOf(signature) ?? onlyOf(kinds), to: () => text }
  return {
    kind: null,
    to: (kind) => {
      const address = new URL(url)
      if (!isExact) address.pathname = `${address.pathname.replace(/\/+$/, '')}/${kind}`
      if ((process.env.SUNO_CALLBACK_SECRET ?? '').trim() === '') return address.href
      return new SunoCallbacks().callbackUrl(kind, { url: address.href })
    },
  }
}

/** What a signature says that it is for, unchecked: `v1.<base64url of [kind, expiry, metadata]>.<mac>`. */
function kindOf(signature: string): Kind | null {
  try {
    const payload = Buffer.from(signature.split('.')[1] ?? '', 'base64url').toString()
    return (JSON.parse(payload) as readonly [Kind])[0]
  } catch {
    return null
  }
}

function onlyOf([kind, ...others]: readonly Kind[]): Kind {
  if (kind !== undefined && others.length === 0) return kind
  throw new Error('The signature of the URL does not say which kind it is for. Say it with one --kind.')
}

/** The given kinds; else those that URLs are signed for; else all. */
function toMix(kinds: readonly Kind[], targets: readonly Target[]): Partial<Record<Kind, number>> | undefined {
  const signed = targets.flatMap(({ kind }) => kind ?? [])
  const isForAny = signed.length < targets.length
  const chosen = kinds.length > 0 || isForAny ? kinds : signed
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen.map((kind) => [kind, 1]))
}

/** A line for each attempt where there are few callbacks, else one a second. */
function progressPrinter(): (progress: SimulationProgress) => void {
  let toldAt = -Infinity
  return (progress) => {
    const { callbacks, delivered, abandoned, attempts, attempt } = progress
    if (callbacks <= FEW) return printAttempt(progress)
    const isLast = delivered + abandoned === callbacks
    if (attempt.startedAtMs - toldAt < 1_000 && !isLast) return
    toldAt = attempt.startedAtMs
    const left = callbacks - delivered - abandoned
    print(
      `${String(delivered)} delivered, ${String(abandoned)} abandoned, ${String(left)} left; ${String(attempts)} attempts`,
    )
  }
}

const FEW = 100

function printAttempt({ task, type, attempt, state }: SimulationProgress): void {
  const { sending, retry, address, latencyMs } = attempt
  const columns = [
    type.padEnd(15),
    task.kind.padEnd(8),
    task.taskId.slice(0, 8),
    (attempt.fault ?? String(attempt.status)).padEnd(14),
    toMs(latencyMs).padStart(8),
    STATES[state].padEnd(9),
    `${sending === 'repeat' ? 'repeat' : 'attempt'} ${String(retry + 1)}`,
    address,
  ]
  print(styled(attempt.status === 200 ? 'green' : 'yellow', columns.join('  ')))
}

const STATES = { delivered: 'delivered', abandoned: 'abandoned', unfinished: 'waiting' }

function summarise({ callbacks, totals }: SimulationReport): void {
  const { delivered, abandoned, unfinished, attempts, results, latencyMs, durationMs } = totals
  const missed = callbacks.filter(({ state }) => state !== 'delivered').slice(0, FEW)
  if (missed.length > 0) {
    print()
    const rows = missed.map(({ type, kind, taskId, state, attempts: all }) => {
      const answers = all.map((attempt) => attempt.fault ?? String(attempt.status))
      return [type, kind, taskId, state, answers.join(', ')]
    })
    printTable([['not delivered', 'kind', 'task id', 'state', 'attempts'], ...rows])
  }
  print()
  printTable([
    ['total', ''],
    ['callbacks', String(totals.callbacks)],
    ['delivered', String(delivered)],
    ['abandoned', String(abandoned)],
    ['unfinished', String(unfinished)],
    ['attempts', String(attempts)],
    ...Object.entries(results).map(([result, count]) => [`  ${result}`, String(count)]),
    ['latency', `median ${toMs(latencyMs.median)}, p99 ${toMs(latencyMs.p99)}`],
    ['duration', `${(durationMs / 1000).toFixed(1)} s`],
  ])
}

function toMs(ms: number | null): string {
  return ms === null ? '-' : `${ms.toFixed(1)} ms`
}

// Whoever reads only the first lines (`npm run simulate | head`) has seen enough.
process.stdout.on('error', () => process.exit())

process.exitCode = await main()
