import { defineCommand } from '../command.js'
import { hasSecret, instanceOf } from '../environment.js'
import { readKind, readMetadata, readNumber } from '../read-values.js'

export const url = defineCommand({
  name: 'url',
  summary: 'prints the callback URL of a kind, signed',
  usage: '<kind> [options]',
  about: `Prints the address to submit as callBackUrl, as suno.callbackUrl(kind) makes it: signed by SUNO_CALLBACK_SECRET, below
SUNO_CALLBACK_BASE_URL. Without a secret it is not signed.`,
  takes: { least: 1, most: 1 },
  options: {
    'base-url': {
      type: 'string',
      value: '<url>',
      help: 'where the adapter is mounted, in place of SUNO_CALLBACK_BASE_URL',
    },
    at: { type: 'string', value: '<url>', help: 'the whole address, for an adapter that is mounted for one kind' },
    metadata: {
      type: 'string',
      multiple: true,
      value: '<name=value>',
      help: 'an id of your own; may be given several times',
    },
    'expires-in': { type: 'string', value: '<hours>', help: 'how long it is accepted (24); "never" for ever' },
  },

  run({ options, positionals: [name] }, { env, output }) {
    const kind = readKind(name, 'suno-callbacks url')
    const metadata = options.metadata === undefined ? undefined : readMetadata(options.metadata)
    const address = instanceOf(env, options['base-url']).callbackUrl(kind, {
      metadata,
      expiresInMs: toMs(options['expires-in']),
      url: options.at,
    })
    output.data({ kind, url: address }, address)
    if (!hasSecret(env)) output.talk('It is not signed: SUNO_CALLBACK_SECRET is not set.')
    return Promise.resolve(0)
  },
})

function toMs(hours: string | undefined): number | undefined {
  if (hours === 'never') return Infinity
  const number = readNumber('--expires-in', hours, { least: 1, most: 87_600 })
  return number === undefined ? undefined : number * 3_600_000
}
