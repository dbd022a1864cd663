import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { KINDS } from '../../events/kinds/index.js'
import { inspector } from '../../inspector/index.js'
import { toResponse, type Answer } from '../../outcome/to-response.js'
import { SunoCallbacks } from '../../suno-callbacks.js'
import { defineCommand, type Context } from '../command.js'
import { variable, type Environment } from '../environment.js'
import { ageOf } from '../event-line.js'
import { forward, readForwarding, toAnswer, whyUnreachable, type Forwarding } from '../forward.js'
import { Journal } from '../journal.js'
import { readPort } from '../read-values.js'
import { takeCallback } from '../received.js'
import { journalEntry, writeReceived } from '../write-received.js'
import { serve, untilAborted } from '../serve.js'

export const listen = defineCommand({
  name: 'listen',
  summary: 'receives callbacks without an app: prints signed URLs, and shows what comes',
  usage: '[port] [options]',
  about: `Prints the callback URL of every kind, and a line for each callback. The URLs have the address of SUNO_CALLBACK_BASE_URL where
that is https, such as a tunnel to this port; else they are of this machine. They are signed by SUNO_CALLBACK_SECRET; without it,
by a secret of this run alone. Ends with Ctrl-C. The port is 3000 by default; 0 is any that is free.`,
  takes: { least: 0, most: 1 },
  options: {
    'forward-to': {
      type: 'string',
      value: '<url>',
      help: 'passes the unchanged bytes on to an app, and its answer back; a port will do',
    },
    exact: { type: 'boolean', help: 'forwards to the URL as it is, without the kind in its path' },
    journal: { type: 'string', value: '<file>', help: 'keeps what came, for replay' },
    inspect: { type: 'boolean', help: 'serves a live page of what came at /inspector, for this machine alone' },
    host: { type: 'string', value: '<address>', help: 'the address to listen at (127.0.0.1)' },
    unsigned: { type: 'boolean', help: 'takes callbacks of anybody, and prints URLs without a signature' },
  },

  async run({ options, positionals }, context) {
    const { env, output, signal } = context
    const port = readPort(positionals[0], 3000)
    const host = options.host ?? '127.0.0.1'
    const forwarding = readForwarding(options['forward-to'], options.exact === true, { port, host })
    const journal = options.journal === undefined ? null : new Journal(options.journal)
    const receiver = new CallbackReceiver(context, { forwarding, journal, isUnsigned: options.unsigned === true })
    const page = options.inspect === true ? inspector(receiver.suno).node : null
    const server = await serve(
      (request, response) => {
        if (page !== null && INSPECTOR.test(String(request.url))) page(request, response)
        else void receiver.answer(request, response)
      },
      port,
      host,
    )
    try {
      writeUrls(receiver.suno, publicUrl(env) ?? `${server.origin}/suno`, context)
      if (page !== null) output.talk(`The live page is at ${server.origin}/inspector/.`)
      output.talk(`Listening on ${server.origin}. Ctrl-C ends it.`)
      if (receiver.isOfThisRun) output.talk(OF_THIS_RUN)
      const unreachable = forwarding === null ? null : await whyUnreachable(forwarding, signal)
      if (unreachable !== null) output.talk(unreachable)
      const end = output.live(() => receiver.summary())
      await untilAborted(signal)
      end()
      return 0
    } finally {
      await server.close()
      journal?.close()
    }
  },
})

/** The page, and what is below it. */
const INSPECTOR = /^\/inspector(?=[/?]|$)/

const OF_THIS_RUN =
  'SUNO_CALLBACK_SECRET is not set: the URLs are signed by a secret of this run alone, which no app knows.'

/** Of which a tunnel leads here. What is not https is more likely to be the app itself. */
function publicUrl(env: Environment): string | undefined {
  const url = variable(env, 'SUNO_CALLBACK_BASE_URL')
  return url?.startsWith('https:') === true ? url : undefined
}

function writeUrls(suno: SunoCallbacks, baseUrl: string, { output }: Context): void {
  for (const kind of KINDS) {
    const url = suno.callbackUrl(kind, { url: `${baseUrl.replace(/\/+$/, '')}/${kind}` })
    output.data({ record: 'url', kind, url }, `${kind.padEnd(8)}  ${url}`)
  }
}

interface ReceiverOptions {
  readonly forwarding: Forwarding | null
  readonly journal: Journal | null
  readonly isUnsigned: boolean
}

/** Answers the requests, and writes what they were. */
class CallbackReceiver {
  readonly suno: SunoCallbacks
  /** Whether no app can know the secret. */
  readonly isOfThisRun: boolean
  #count = 0
  #lastAt = performance.now()

  constructor(
    private readonly context: Context,
    private readonly options: ReceiverOptions,
  ) {
    const secret = variable(context.env, 'SUNO_CALLBACK_SECRET')
    this.isOfThisRun = secret === undefined && !options.isUnsigned
    const verification = options.isUnsigned
      ? { verify: false as const }
      : { secret: secret ?? randomBytes(32).toString('hex') }
    this.suno = new SunoCallbacks({ ...verification, logger: false })
    this.suno.on('*', () => undefined)
  }

  /** That the command lives. */
  summary(): string {
    const count = `${String(this.#count)} callbacks`
    return this.#count === 0
      ? `no callback yet, for ${ageOf(this.#lastAt)}`
      : `${count}, the last ${ageOf(this.#lastAt)} ago`
  }

  /** Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = request.method === 'POST' ? await this.#receive(request) : answerOthers(request.method)
      // What is left of a body that was refused is not waited for.
      if (!request.complete) response.setHeader('connection', 'close')
      response.writeHead(answer.status, { ...answer.headers }).end(answer.body)
    } catch (error) {
      this.context.output.talk(`A callback could not be taken: ${(error as Error).message}`)
      response.writeHead(500).end()
    }
  }

  async #receive(request: IncomingMessage): Promise<Answer> {
    const { output, signal } = this.context
    const { forwarding, journal } = this.options
    const received = await takeCallback(request, this.suno)
    const { outcome, body } = received
    const isPassedOn = forwarding !== null && body !== null && outcome.status !== 'rejected'
    const posted = isPassedOn ? await forward(received, body, request.headers, forwarding, signal) : null
    const answer = posted === null ? toResponse(outcome) : toAnswer(posted)
    writeReceived(received, posted, answer.status, output)
    // A probe is no callback: it is neither counted nor kept for replay.
    if (outcome.status === 'probed') return answer
    this.#count++
    this.#lastAt = performance.now()
    if (journal !== null && body !== null) journal.add(journalEntry(received, body, answer.status))
    return answer
  }
}

/** For who pastes a URL into a browser, like the adapters. */
function answerOthers(method: string | undefined): Answer {
  const isRead = method === 'GET' || method === 'HEAD'
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...(!isRead && { allow: 'POST, GET, HEAD' }) }
  return {
    status: isRead ? 200 : 405,
    headers,
    body: isRead ? 'suno-callbacks: listen takes the callbacks that are POSTed here.\n' : '',
  }
}
