import type { RequestListener, ServerResponse } from 'node:http'
import express from 'express'
import { requestListener } from '../../../adapters/node.js'
import { SunoCallbacks, type SunoCallbacksOptions } from '../../../src/index.js'
import type { DiagnoseOptions } from '../../../src/doctor/index.js'
import { serve, serveSockets } from '../servers.js'
import type { Symptom } from '../symptoms.js'

export const SECRET = 'the secret of the tests of the doctor'

/** An instance as an app has it, with a listener. */
export function receiver(options: SunoCallbacksOptions = { secret: SECRET }): SunoCallbacks {
  return new SunoCallbacks({ logger: false, ...options }).on('music:complete', () => undefined)
}

/** The address of callbacks of a server on this machine. */
export async function at(
  listener: RequestListener,
  options: DiagnoseOptions = {},
  path = '/suno/music',
): Promise<readonly [string, DiagnoseOptions]> {
  return [
    `http://127.0.0.1:${String(await serve(listener))}${path}`,
    { secret: SECRET, allowPrivate: true, ...options },
  ]
}

type Headers = Record<string, string>

/** A server that has one answer. */
function always(status: number, headers: Headers = {}, body = ''): () => ReturnType<typeof at> {
  return () =>
    at((request, response: ServerResponse) => {
      request.resume()
      response.writeHead(status, headers).end(body)
    })
}

const HTML: Headers = { 'content-type': 'text/html; charset=utf-8' }

function wall(title: string, arrange: Symptom['arrange'], summary: RegExp, fix: RegExp): Symptom {
  return { title: `${title} is told by http.wall`, arrange, finds: 'http.wall', status: 'fail', summary, fix }
}

function route(title: string, arrange: Symptom['arrange'], summary: RegExp, fix: RegExp): Symptom {
  return { title: `${title} is told by http.route`, arrange, finds: 'http.route', status: 'fail', summary, fix }
}

export const httpSymptoms: readonly Symptom[] = [
  {
    title: 'an app that never answers is told by http.answer',
    arrange: () => at((request) => request.resume(), { timeoutMs: 300 }),
    finds: 'http.answer',
    status: 'fail',
    summary: /^No answer within \d+ ms/,
    fix: /app hangs/,
  },
  {
    title: 'a connection that is reset is told by http.answer',
    arrange: async () => {
      const port = await serveSockets((socket) => socket.once('data', () => socket.resetAndDestroy()))
      return [`http://127.0.0.1:${String(port)}/suno`]
    },
    finds: 'http.answer',
    status: 'fail',
    summary: /closed before an answer came \(ECONNRESET\)/,
    fix: /crash/,
  },
  {
    title: 'an answer that is cut off is told by http.answer',
    arrange: () =>
      at((_, response) => response.writeHead(200, { 'content-length': '10' }).write('{', () => response.destroy())),
    finds: 'http.answer',
    status: 'fail',
    summary: /closed before an answer came/,
    fix: /cut/,
  },
  ...[301, 302, 303].map((status): Symptom => ({
    title: `a redirect by ${String(status)}, which turns a POST into an empty GET, is told by http.redirect`,
    arrange: always(status, { location: 'https://www.example.com/suno/music?suno_signature=v1.a.b' }),
    finds: 'http.redirect',
    status: 'fail',
    summary: /empty GET/,
    fix: /^Submit the address that it leads to: https:\/\/www\.example\.com\/suno\/music\.$/,
  })),
  {
    title: 'a redirect by 307 is told by http.redirect',
    arrange: always(307, { location: '/suno/music/' }),
    finds: 'http.redirect',
    status: 'warn',
    summary: /\(307\) to http:\/\/127\.0\.0\.1:\d+\/suno\/music\/\. A provider may not follow/,
    fix: /^Submit/,
  },
  {
    title: 'a redirect to a login is told by http.redirect',
    arrange: always(302, { location: '/login?next=/suno' }),
    finds: 'http.redirect',
    status: 'fail',
    summary: /\/login\./,
    fix: /It is a login/,
  },
  {
    title: 'a redirect that leads nowhere is told by http.redirect',
    arrange: always(308),
    finds: 'http.redirect',
    status: 'warn',
    summary: /to nowhere/,
    fix: /nowhere/,
  },
  wall(
    'a challenge of Cloudflare',
    always(403, { ...HTML, server: 'cloudflare', 'cf-mitigated': 'challenge' }, '<title>Just a moment...</title>'),
    /challenge of Cloudflare has answered 403/,
    /Bot Fight Mode/,
  ),
  wall(
    'a block of Cloudflare',
    always(403, { ...HTML, server: 'cloudflare' }, '<title>Attention Required! | Cloudflare</title>'),
    /Cloudflare has answered 403/,
    /WAF/,
  ),
  wall('a checkpoint of Vercel', always(429, { 'x-vercel-mitigated': 'challenge' }), /Vercel/, /bypass/),
  wall(
    'the deployment protection of Vercel',
    always(401, { ...HTML, 'set-cookie': '_vercel_sso_nonce=x' }, 'Authentication Required'),
    /deployment protection/,
    /production/,
  ),
  wall('the firewall of AWS', always(405, { 'x-amzn-waf-action': 'captcha' }), /AWS/, /rule/),
  wall('another firewall', always(403, { server: 'AkamaiGHost' }, 'Access Denied'), /Akamai/, /there/),
  wall('a tunnel of ngrok that has ended', always(404, { 'ngrok-error-code': 'ERR_NGROK_3200' }), /ngrok/, /anew/),
  wall('a tunnel of Cloudflare that has ended', always(530, HTML, 'error code: 1033'), /tunnel/, /cloudflared/),
  wall('CSRF protection', always(403, {}, 'ForbiddenError: invalid csrf token'), /CSRF/, /no browser/),
  wall('a login that asks for a password', always(401, { 'www-authenticate': 'Basic' }), /login has/, /exempt/),
  wall(
    'a login page that is answered with 200',
    always(200, HTML, '<form><input type="password"></form>'),
    /^A login has answered 200/,
    /exempt the path/,
  ),
  wall('a 403 without a mark', always(403), /Something that refuses/, /firewall/),
  ...[502, 503, 504].map((status): Symptom => ({
    title: `a ${String(status)} of a gateway without its app is told by http.gateway`,
    arrange: always(status, HTML, '<h1>nginx</h1>'),
    finds: 'http.gateway',
    status: 'fail',
    summary: new RegExp(`A gateway has answered ${String(status)}`),
    fix: /Is the app running/,
  })),
  {
    title: 'a rate limiter is told by http.limiter',
    arrange: always(429, {}, 'Too many requests'),
    finds: 'http.limiter',
    status: 'fail',
    summary: /rate limiter has answered 429/,
    fix: /before the limiter/,
  },
  route(
    'a prefix that a proxy has stripped',
    () => {
      const app = express()
      app.use('/suno', requestListener(receiver()))
      return at((request, response) => {
        request.url = String(request.url).replace(/^\/suno/, '')
        app(request, response)
      })
    },
    /does not reach the adapter \(404\)/,
    /strip/,
  ),
  route(
    'a path that suno-callbacks does not know',
    () =>
      at((request, response) => {
        request.url = '/elsewhere'
        requestListener(receiver())(request, response)
      }),
    /none of its own/,
    /global prefix/,
  ),
  route(
    'a method that was rewritten',
    () =>
      at((request, response) => {
        request.method = 'PUT'
        requestListener(receiver())(request, response)
      }),
    /another method/,
    /rewrites/,
  ),
  route(
    'a receiver that verifies nothing',
    () => at(requestListener(receiver({ verify: false }))),
    /did not refuse a forged signature/,
    /verify: false/,
  ),
  {
    ...route(
      'a receiver that may verify by itself',
      () => at(requestListener(receiver({ verify: false })), { secret: undefined }),
      /did not refuse/,
      /kieSignature/,
    ),
    status: 'warn',
  },
  route('a catch-all route that takes all', always(200, {}, '{"status":"ok"}'), /it is lost \(200\)/, /catch-all/),
  route(
    'JSON that is not ours',
    always(200, { 'content-type': 'application/json' }, 'null'),
    /it is lost \(200\)/,
    /catch-all/,
  ),
  route(
    'what calls itself JSON and is none',
    always(200, { 'content-type': 'application/json' }, '{'),
    /it is lost \(200\)/,
    /catch-all/,
  ),
  route(
    'a page without an end',
    () => at((_, response) => void response.writeHead(200, HTML).write(' '.repeat(70_000))),
    /it is lost/,
    /page/,
  ),
  route('a route for GET alone', always(405, { allow: 'GET' }), /takes no POST \(405\)/, /for POST/),
  route('a proxy that does not know the host', always(421), /does not serve this host/, /host header/),
  route('another answer', always(418), /Something else .* \(418\)/, /access log/),
  {
    title: 'a clock that is minutes off is told by clock.skew',
    arrange: () => always(404, { date: new Date(Date.now() - 600_000).toUTCString() })(),
    finds: 'clock.skew',
    status: 'fail',
    summary: /\d+ s behind this machine's/,
    fix: /NTP/,
  },
  {
    title: 'a clock that is somewhat off is told by clock.skew',
    arrange: () => always(404, { date: new Date(Date.now() + 150_000).toUTCString() })(),
    finds: 'clock.skew',
    status: 'warn',
    summary: /s ahead of this machine's/,
    fix: /NTP/,
  },
  {
    title: 'an answer without a time is told by clock.skew',
    arrange: always(404, { date: 'today' }),
    finds: 'clock.skew',
    status: 'inconclusive',
    summary: /does not say what time/,
    fix: null,
  },
]
