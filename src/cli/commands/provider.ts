import { simulatedProvider } from '../../testing/index.js'
import { defineCommand, type Context } from '../command.js'
import { variable } from '../environment.js'
import { ageOf } from '../event-line.js'
import { reportTask } from '../report-task.js'
import { readProvider } from '../read-provider.js'
import { readNumber, readPort } from '../read-values.js'
import { untilAborted, withRemedy } from '../serve.js'
import { UsageError } from '../usage-error.js'

export const provider = defineCommand({
  name: 'provider',
  summary: "serves the provider's API on this machine: no key, no credits, no public address",
  usage: '[port] [options]',
  about: `A simulated provider: takes submits, calls back as the provider's pages say, keeps the records of tasks, and serves playable files.
Point the SUNO_API_BASE_URL of your app at it. Prints a line for each submit and each callback. Ends with Ctrl-C. The port is 4000
by default; 0 is any that is free.`,
  takes: { least: 0, most: 1 },
  options: {
    provider: { type: 'string', value: '<name>', help: 'whose API: sunoapi, apibox, kie (sunoapi)' },
    speed: { type: 'string', value: '<factor>', help: 'how many times as fast as the provider the pauses pass (1)' },
    'stage-gap': { type: 'string', value: '<seconds>', help: 'the pause before each stage, at speed 1 (25)' },
    timeout: { type: 'string', value: '<seconds>', help: 'how long an answer may take, whatever the speed (15)' },
    failing: { type: 'string', value: '<share>', help: 'tasks that end in an error, from 0 to 1 (0), like all shares' },
    skip: { type: 'string', value: '<share>', help: 'stages before the last that are left out' },
    silent: { type: 'string', value: '<share>', help: 'callbacks that are never sent' },
    'rate-limited': { type: 'string', value: '<share>', help: 'submits that are too many' },
    'without-credits': { type: 'string', value: '<share>', help: 'submits that lack credits' },
    seed: { type: 'string', value: '<n>', help: 'decides all that shares leave to chance' },
    'check-key': { type: 'boolean', help: 'requests must carry SUNO_API_KEY; without it any and none will do' },
    host: { type: 'string', value: '<address>', help: 'the address to listen at (127.0.0.1)' },
  },

  async run({ options, positionals: [port] }, { env, output, signal }: Context) {
    const name = readProvider(options.provider)
    const count = { tasks: 0, attempts: 0, lastAt: performance.now() }
    const seconds = (option: 'stage-gap' | 'timeout') => {
      const number = readNumber(`--${option}`, options[option])
      return number === undefined ? undefined : number * 1000
    }
    const number = (option: 'failing' | 'rate-limited' | 'seed' | 'silent' | 'skip' | 'speed' | 'without-credits') =>
      readNumber(`--${option}`, options[option])
    const simulated = simulatedProvider({
      providers: [name],
      speed: number('speed'),
      seed: number('seed'),
      failing: number('failing'),
      skipStages: number('skip'),
      timeoutMs: seconds('timeout'),
    })
    const listening = await simulated
      .listen(readPort(port, 4000), {
        apiKey: options['check-key'] === true ? readKey(variable(env, 'SUNO_API_KEY')) : undefined,
        host: options.host,
        stageGapMs: seconds('stage-gap'),
        silent: number('silent'),
        rateLimited: number('rate-limited'),
        withoutCredits: number('without-credits'),
        onTask: (task, before) => {
          const seen = reportTask(task, before, output)
          count.tasks += seen.submits
          count.attempts += seen.attempts
          if (seen.submits + seen.attempts > 0) count.lastAt = performance.now()
        },
      })
      .catch((error: unknown) => {
        throw withRemedy(error)
      })
    output.data({ record: 'url', provider: name, url: listening.url, seed: simulated.seed }, listening.url)
    output.talk(
      `The API of ${name}, seed ${String(simulated.seed)}: SUNO_API_BASE_URL=${listening.url}. Ctrl-C ends it.`,
    )
    const end = output.live(
      () =>
        `${String(count.tasks)} tasks, ${String(count.attempts)} attempts; the last of either ${ageOf(count.lastAt)} ago`,
    )
    await untilAborted(signal)
    end()
    await listening.close()
    return 0
  },
})

function readKey(key: string | undefined): string {
  if (key !== undefined) return key
  throw new UsageError('--check-key: SUNO_API_KEY is not set, in the environment or by an --env-file.')
}
