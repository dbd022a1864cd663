import { request as forward, type IncomingMessage, type RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import bodyParser from 'body-parser'
import express from 'express'
import { expressMiddleware } from '../../../adapters/express.js'
import { requestListener } from '../../../adapters/node.js'
import { SunoCallbacks } from '../../../src/index.js'
import { probeUrl } from '../../../src/verify/probe-url.js'
import { serve } from '../servers.js'
import type { Symptom } from '../symptoms.js'
import { at, receiver, SECRET } from './http.js'

/** What a proxy makes of a request. */
interface Rewritten {
  readonly path?: string
  readonly body?: Buffer
  readonly headers?: Record<string, string>
}

/** An app behind a proxy that changes what passes. */
async function behind(rewrite: (path: string, body: Buffer) => Rewritten, app?: RequestListener) {
  const port = await serve(app ?? requestListener(receiver()))
  return at((incoming, outgoing) => {
    void read(incoming).then((body) => {
      const { path = String(incoming.url), headers = {}, body: sent = body } = rewrite(String(incoming.url), body)
      const all = { ...incoming.headers, 'content-length': String(sent.length), ...headers }
      const passed = forward({ port, path, method: 'POST', headers: all, agent: false }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.pipe(outgoing)
      })
      passed.end(sent)
    })
  })
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function isProbe(url: string | undefined): boolean {
  const signature = new URL(String(url), 'http://localhost').searchParams.get('suno_signature') ?? ''
  return !/^v1\.A+\.A+$/.test(signature)
}

/** An app that answers by itself what is signed. */
function whereSigned(listener: RequestListener): ReturnType<typeof at> {
  const ours = requestListener(receiver())
  return at((request, response) => (isProbe(request.url) ? listener : ours)(request, response))
}

const dropQuery = (path: string) => ({ path: path.replace(/\?.*/, '') })

export const probeSymptoms: readonly Symptom[] = [
  {
    title: 'a secret that is not that of the app is told by probe.signature',
    arrange: () => at(requestListener(receiver({ secret: 'the secret of another app' }))),
    finds: 'probe.signature',
    status: 'fail',
    summary: /^The app has another secret than this one, or a version/,
    fix: /the same SUNO_CALLBACK_SECRET/,
  },
  {
    title: 'a server whose clock is so far ahead that the probe has expired is inconclusive for probe.signature',
    arrange: () => {
      const ours = requestListener(receiver({ secret: 'the secret of another app' }))
      return at((request, response) => {
        response.setHeader('date', new Date(Date.now() + 3_600_000).toUTCString())
        ours(request, response)
      })
    },
    finds: 'probe.signature',
    status: 'inconclusive',
    summary: /\d+ s ahead of this machine's: there the probe has expired/,
    fix: /NTP/,
  },
  {
    title: 'a proxy that drops the query is told by probe.query',
    arrange: () => behind(dropQuery),
    finds: 'probe.query',
    status: 'fail',
    summary: /cut off on the way/,
    fix: /pass the query on/,
  },
  {
    title: 'a proxy that drops the query is not told as another secret, by probe.signature',
    arrange: () => behind(dropQuery),
    finds: 'probe.signature',
    status: 'skip',
    summary: /Without its query/,
    fix: null,
  },
  {
    title: 'a dropped query that cannot be told from another secret is told by probe.signature',
    arrange: () => behind(dropQuery, express().use('/suno', expressMiddleware(receiver()))),
    finds: 'probe.signature',
    status: 'fail',
    summary: /another secret.*or the query of the URL is cut off/,
    fix: /SUNO_CALLBACK_SECRET.*pass the query on/,
  },
  {
    title: 'a dropped query that cannot be told from another secret is inconclusive for probe.query',
    arrange: () => behind(dropQuery, express().use('/suno', expressMiddleware(receiver()))),
    finds: 'probe.query',
    status: 'inconclusive',
    summary: /cannot be told/,
    fix: /pass the query on/,
  },
  {
    title: 'a question for the query that is not answered is inconclusive for probe.query',
    arrange: () => {
      const ours = requestListener(receiver({ secret: 'the secret of another app' }))
      return at(
        (request, response) =>
          request.url?.startsWith('/suno-doctor') === true ? response.destroy() : ours(request, response),
        {},
        '/',
      )
    },
    finds: 'probe.query',
    status: 'inconclusive',
    summary: /cannot be told/,
    fix: /query/,
  },
  {
    title: 'something else that answers what is signed is told by probe.signature',
    arrange: () => whereSigned((_, response) => response.writeHead(403).end()),
    finds: 'probe.signature',
    status: 'inconclusive',
    summary: /Something else .* \(status 403\)/,
    fix: null,
  },
  {
    title: 'a connection that ends where it is signed is told by probe.signature',
    arrange: () => whereSigned((_, response) => response.destroy()),
    finds: 'probe.signature',
    status: 'inconclusive',
    summary: /\(ECONNRESET\)/,
    fix: null,
  },
  {
    title: 'an app without a listener is told by probe.ready',
    arrange: () => at(requestListener(new SunoCallbacks({ secret: SECRET, logger: false }))),
    finds: 'probe.ready',
    status: 'fail',
    summary: /no listener/,
    fix: /Subscribe before the server listens/,
  },
  {
    title: 'an app that is closing is told by probe.ready',
    arrange: async () => {
      const suno = receiver()
      await suno.close()
      return at(requestListener(suno))
    },
    finds: 'probe.ready',
    status: 'fail',
    summary: /closing/,
    fix: /Start it again/,
  },
  {
    title: 'a proxy that compresses the body is told by probe.bytes',
    arrange: () => behind((_, body) => ({ body: gzipSync(body), headers: { 'content-encoding': 'gzip' } })),
    finds: 'probe.bytes',
    status: 'fail',
    summary: /compressed/,
    fix: /content-encoding/,
  },
  {
    title: 'a proxy that changes the content type is told by probe.bytes',
    arrange: () => behind(() => ({ headers: { 'content-type': 'text/plain' } })),
    finds: 'probe.bytes',
    status: 'fail',
    summary: /not as application\/json/,
    fix: /content-type/,
  },
  {
    title: 'a relay that parses the body and writes it anew is told by probe.bytes',
    arrange: () => behind((_, body) => ({ body: Buffer.from(JSON.stringify(JSON.parse(body.toString()))) })),
    finds: 'probe.bytes',
    status: 'fail',
    summary: /^The body is changed on the way: \d+ bytes were sent, \d+ have arrived\.$/,
    fix: /pass the bytes on/,
  },
  {
    title: 'express.json() in front of the adapter is told by probe.parser',
    arrange: () => at(express().use(express.json()).use('/suno', expressMiddleware(receiver()))),
    finds: 'probe.parser',
    status: 'warn',
    summary: /100 kB of express\.json\(\)/,
    fix: /before the body parsers/,
  },
  {
    title: 'the limit of express.json() is told by probe.limit',
    arrange: () => at(express().use(express.json()).use('/suno', expressMiddleware(receiver()))),
    finds: 'probe.limit',
    status: 'fail',
    summary: /^A body of 128 KiB is refused \(status 413\)/,
    fix: /before the body parsers/,
  },
  {
    title: 'the limit of a proxy is told by probe.limit',
    arrange: () => {
      const ours = requestListener(receiver())
      return at((request, response) => {
        if (Number(request.headers['content-length']) < 1_048_576) return ours(request, response)
        request.resume().on('end', () => response.writeHead(413).end('<h1>nginx</h1>'))
      })
    },
    finds: 'probe.limit',
    status: 'warn',
    summary: /^A body of 1152 KiB is refused \(status 413\)/,
    fix: /client_max_body_size/,
  },
  {
    title: 'a limit that cuts the connection off is told by probe.limit',
    arrange: () => {
      const ours = requestListener(receiver())
      return at((request, response) => {
        if (Number(request.headers['content-length']) < 100_000) return ours(request, response)
        request.socket.resetAndDestroy()
      })
    },
    finds: 'probe.limit',
    status: 'fail',
    summary: /refused \((ECONNRESET|EPIPE)\)/,
    fix: /limit of the proxy/,
  },
  {
    title: 'a maxBodyBytes that is too low is told by probe.limit',
    arrange: () => at(requestListener(receiver({ secret: SECRET, maxBodyBytes: 65_536 }))),
    finds: 'probe.limit',
    status: 'fail',
    summary: /^A body of 128 KiB is refused/,
    fix: /^Raise maxBodyBytes/,
  },
  {
    title: 'another answer to a large body is inconclusive for probe.limit',
    arrange: () => {
      const ours = requestListener(receiver())
      return at((request, response) => {
        if (Number(request.headers['content-length']) < 100_000) return ours(request, response)
        request.resume().on('end', () => response.writeHead(500).end())
      })
    },
    finds: 'probe.limit',
    status: 'inconclusive',
    summary: /not answered as a probe \(status 500\)/,
    fix: null,
  },
  {
    title: 'something that reads the body and leaves it nowhere is told by probe.parser',
    arrange: () => {
      const app = express().use(bodyParser.json(), (request, _, next) => {
        delete (request as { body?: unknown }).body
        next()
      })
      return at(app.use('/suno', expressMiddleware(receiver())))
    },
    finds: 'probe.parser',
    status: 'fail',
    summary: /left it nowhere: callbacks are answered 500/,
    fix: /BODY_CONSUMED/,
  },
  {
    title: 'an app that is slow to answer is told by probe.time',
    arrange: () => {
      const ours = requestListener(receiver())
      return at((request, response) => setTimeout(() => ours(request, response), 150), { slowMs: 100 })
    },
    finds: 'probe.time',
    status: 'warn',
    summary: /^An answer takes \d+ ms, though nothing is done for it/,
    fix: /too busy/,
  },
  {
    title: 'an app that is started by a request is told by probe.time',
    arrange: () => {
      const ours = requestListener(receiver())
      let starting = 2_500
      return at(
        (request, response) => {
          setTimeout(() => ours(request, response), starting)
          starting = 0
        },
        { slowMs: 2_000 },
      )
    },
    finds: 'probe.time',
    status: 'warn',
    summary: /^The first answer took \d+ ms, the next \d+ ms: the app is started by a request\.$/,
    fix: /Keep one instance running/,
  },
  {
    title: 'an instance behind the load balancer that does not answer is told by probe.time',
    arrange: () => {
      const ours = requestListener(receiver())
      let count = 0
      return at((request, response) => (++count === 4 ? response.destroy() : ours(request, response)))
    },
    finds: 'probe.time',
    status: 'fail',
    summary: /one was not answered \(ECONNRESET\)/,
    fix: /load balancer/,
  },
  {
    title: 'a rate limiter that lets a few through is told by probe.burst',
    arrange: () => {
      const ours = requestListener(receiver())
      let left = 12
      return at(
        (request, response) => {
          if (left-- > 0) return ours(request, response)
          request.resume()
          response.writeHead(429).end()
        },
        { burst: true },
      )
    },
    finds: 'probe.burst',
    status: 'fail',
    summary: /^Of 20 probes at once 15 were refused \(status 429\)\.$/,
    fix: /before the limiter/,
  },
  {
    title: 'an address by http that is not local gets nothing signed, and is told by config.url',
    arrange: async () => {
      const [url, options] = await at(requestListener(receiver()))
      const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }])
      return [url.replace('127.0.0.1', 'app.example.com'), { ...options, lookup }]
    },
    finds: 'config.url',
    status: 'fail',
    summary: /^The URL is http: signatures travel in the clear\.$/,
    fix: /https/,
  },
  {
    title: 'an IP address by http that is not loopback is told by config.url',
    arrange: () => Promise.resolve(['http://192.0.2.1/suno', { timeoutMs: 1 }]),
    finds: 'config.url',
    status: 'fail',
    summary: /^The URL is http/,
    fix: /https/,
  },
  {
    title: 'a user name in the address is told by config.url',
    arrange: () => Promise.resolve(['https://user@no-such-host.invalid/suno']),
    finds: 'config.url',
    status: 'fail',
    summary: /user name/,
    fix: /before the @/,
  },
  {
    title: 'a secret that can be guessed is told by config.secret',
    arrange: () => Promise.resolve(['https://no-such-host.invalid/suno', { secret: 'short' }]),
    finds: 'config.secret',
    status: 'warn',
    summary: /fewer than 16/,
    fix: /openssl rand/,
  },
  {
    title: 'a secret with a line break at its end is told by config.secret',
    arrange: () => Promise.resolve(['https://no-such-host.invalid/suno', { secret: [SECRET, `${SECRET}\n`] }]),
    finds: 'config.secret',
    status: 'warn',
    summary: /white space/,
    fix: /without/,
  },
  {
    title: 'a secret that is missing is told by config.secret',
    arrange: () => at(requestListener(receiver()), { secret: undefined }),
    finds: 'config.secret',
    status: 'warn',
    summary: /no secret/,
    fix: /SUNO_CALLBACK_SECRET/,
  },
  {
    title: 'a URL that another secret has signed is told by config.signature',
    arrange: () =>
      Promise.resolve([probeUrl('https://no-such-host.invalid/suno', ['another secret']), { secret: SECRET }]),
    finds: 'config.signature',
    status: 'fail',
    summary: /another secret/,
    fix: /the same SUNO_CALLBACK_SECRET/,
  },
  {
    title: 'a URL that cannot be checked is told by config.signature',
    arrange: () => Promise.resolve([probeUrl('https://no-such-host.invalid/suno', [SECRET])]),
    finds: 'config.signature',
    status: 'inconclusive',
    summary: /no secret to check it with/,
    fix: null,
  },
  {
    title: 'a URL that has expired is told by config.signature',
    arrange: () => Promise.resolve([expired('https://no-such-host.invalid/suno'), { secret: SECRET }]),
    finds: 'config.signature',
    status: 'fail',
    summary: /has expired/,
    fix: /expiresInMs/,
  },
]

/** Signed an hour ago, for less than that. */
export function expired(url: string): string {
  const { now } = Date
  Date.now = () => now() - 3_600_000
  try {
    return probeUrl(url, [SECRET])
  } finally {
    Date.now = now
  }
}
