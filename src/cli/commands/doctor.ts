import { diagnose, type Check, type CheckStatus, type DiagnoseOptions } from '../../doctor/index.js'
import { SIGNATURE_PARAMETER } from '../../verify/signed-url.js'
import { defineCommand } from '../command.js'
import { variable, type Environment } from '../environment.js'
import type { Output, Style } from '../output.js'
import { readKind, readNumber, readPair } from '../read-values.js'
import { readProviderClient } from '../read-provider.js'
import { readAddress, withKind } from '../target.js'
import { UsageError } from '../usage-error.js'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'says why callbacks do not arrive at a URL, and what mends it',
  usage: '[url] [options]',
  about: `Looks at name, connection, certificate and whatever answers at the URL, and sends signed probes with SUNO_CALLBACK_SECRET: they run
no listener, and are written nowhere. With --task it asks the provider (SUNO_API_KEY) what became of the callbacks of a task. Exit
code 1: a check has failed.

[url] is where the adapter is mounted, such as https://app.example.com/suno (SUNO_CALLBACK_BASE_URL), or a signed callback URL, or a
port of this machine.`,
  takes: { least: 0, most: 1 },
  options: {
    kind: { type: 'string', value: '<kind>', help: 'whose path is examined (music)' },
    exact: { type: 'boolean', help: 'uses the URL as it is, without the kind in its path' },
    private: { type: 'boolean', help: 'takes a private address for right, as a port does' },
    burst: { type: 'boolean', help: 'sends 20 probes at once, to find rate limiters' },
    task: { type: 'string', value: '<kind=id>', help: 'a task whose record is asked for' },
    provider: { type: 'string', value: '<name>', help: 'whose API: sunoapi, apibox, kie (sunoapi)' },
    timeout: { type: 'string', value: '<seconds>', help: 'for one step (10; a lookup has 3 at most, a connection 5)' },
  },

  async run({ options, positionals: [given] }, { env, output, signal }) {
    const kind = readKind(options.kind ?? 'music', 'suno-callbacks doctor')
    const where = given ?? baseUrl(env)
    const address = readAddress(where)
    const isWhole = options.exact === true || address.searchParams.has(SIGNATURE_PARAMETER)
    const seconds = readNumber('--timeout', options.timeout, { least: 0.1, most: 120 })
    const { status, checks, unknowns } = await diagnose((isWhole ? address : withKind(address, kind)).href, {
      secret: variable(env, 'SUNO_CALLBACK_SECRET'),
      allowPrivate: options.private === true || /^\d+$/.test(where),
      burst: options.burst,
      timeoutMs: seconds === undefined ? undefined : seconds * 1000,
      ...(options.task !== undefined && readTask(options.task, options.provider, env)),
      onCheck: (check) => write(check, output),
      signal,
    })
    if (!output.isJson) for (const line of skippedIn(checks)) output.talk(line)
    for (const unknown of unknowns) output.talk(unknown)
    output.talk(countOf(checks))
    return status === 'fail' ? 1 : 0
  },
})

/** @throws UsageError */
function baseUrl(env: Environment): string {
  const url = variable(env, 'SUNO_CALLBACK_BASE_URL')
  if (url !== undefined) return url
  throw new UsageError(
    'Which URL? Give it, such as suno-callbacks doctor https://app.example.com/suno, or set SUNO_CALLBACK_BASE_URL.',
  )
}

function readTask(
  pair: string,
  provider: string | undefined,
  env: Environment,
): Pick<DiagnoseOptions, 'task' | 'provider'> {
  const [kind, taskId] = readPair('--task', pair, 'wav=5c79be8e')
  return {
    task: { kind: readKind(kind, '--task'), taskId },
    provider: readProviderClient(provider, env),
  }
}

/** `fail          http.redirect    It redirects …`, and below it what mends it. What was skipped is told at the end to who reads it. */
function write(check: Check, output: Output): void {
  const { id, status, summary, fix } = check
  if (status === 'skip' && !output.isJson) return
  const line = `${output.styled(STYLES[status], status.padEnd(12))}  ${id.padEnd(15)}  ${summary}`
  const below = fix === null ? '' : `\n${' '.repeat(12)}  -> ${fix}`
  output.data({ record: 'check', ...check }, line + below)
}

/** `skip  tls.handshake, tls.chain: The URL is http.`, a line for each reason. */
function skippedIn(checks: readonly Check[]): readonly string[] {
  const skipped = checks.filter(({ status }) => status === 'skip')
  const reasons = [...new Set(skipped.map(({ summary }) => summary))]
  return reasons.map((reason) => {
    const ids = skipped.filter(({ summary }) => summary === reason).map(({ id }) => id)
    return `skip  ${ids.join(', ')}: ${reason}`
  })
}

const STYLES: Readonly<Record<CheckStatus, Style>> = {
  pass: 'green',
  warn: 'yellow',
  fail: 'red',
  skip: 'dim',
  inconclusive: 'cyan',
}

/** `12 pass, 1 fail, 9 skip` */
function countOf(checks: readonly Check[]): string {
  const counts = Object.keys(STYLES).map((status) => ({
    status,
    count: checks.filter((check) => check.status === status).length,
  }))
  return counts.flatMap(({ status, count }) => (count === 0 ? [] : [`${String(count)} ${status}`])).join(', ')
}
