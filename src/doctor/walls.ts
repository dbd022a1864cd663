import type { Answered } from './ask.js'

/** Something that stands in front of an app, and lets no stranger through. */
export interface Wall {
  readonly name: string
  readonly fix: string
}

/** The wall that has answered, known by its marks; null: none that is known. */
export function wallOf(answer: Answered): Wall | null {
  return WALLS.find(({ isSeen }) => isSeen(answer)) ?? null
}

interface Mark extends Wall {
  readonly isSeen: (answer: Answered) => boolean
}

/** The first that is seen counts: those with marks of their own stand before those that are guessed by their texts. */
const WALLS: readonly Mark[] = [
  {
    name: 'a challenge of Cloudflare',
    fix: 'Exempt the path: a WAF rule that skips it, and Bot Fight Mode off, which no rule can skip.',
    isSeen: ({ headers, text }) =>
      headers['cf-mitigated'] !== undefined ||
      (headers.server === 'cloudflare' && /Just a moment|Attention Required/.test(text)),
  },
  {
    name: 'the firewall or the checkpoint of Vercel',
    fix: 'Exempt the path by a bypass rule of the firewall, or end the attack mode.',
    isSeen: ({ headers, text }) =>
      headers['x-vercel-mitigated'] !== undefined || /Vercel Security Checkpoint/.test(text),
  },
  {
    name: 'the deployment protection of Vercel',
    fix: 'Use the address of the production deployment, or switch the protection of deployments off.',
    isSeen: ({ headers, status }) => status === 401 && /_vercel_/.test(String(headers['set-cookie'])),
  },
  {
    name: 'the firewall of AWS',
    fix: 'Exempt the path by a rule that allows it before the challenge.',
    isSeen: ({ headers }) => headers['x-amzn-waf-action'] !== undefined,
  },
  {
    name: 'the firewall of Sucuri, Imperva or Akamai',
    fix: 'Exempt the path there.',
    isSeen: ({ headers, text, status }) =>
      status === 403 &&
      (headers['x-sucuri-id'] !== undefined || headers.server === 'AkamaiGHost' || /_Incapsula_Resource/.test(text)),
  },
  {
    name: 'a tunnel of ngrok without its end',
    fix: 'Start the tunnel anew, and make fresh URLs with the address that it has now.',
    isSeen: ({ headers }) => headers['ngrok-error-code'] !== undefined,
  },
  {
    name: 'a tunnel of Cloudflare without its end',
    fix: 'Start cloudflared anew, and make fresh URLs with the address that it has now.',
    isSeen: ({ status, text }) => status === 530 || /error code: 1033/i.test(text),
  },
  {
    name: 'CSRF protection',
    fix: 'Mount the adapter before it, or exempt the path: the sender is no browser.',
    isSeen: ({ status, text }) => (status === 403 || status === 419) && /csrf|xsrf/i.test(text),
  },
  {
    name: 'a login',
    fix: 'Mount the adapter before it, or exempt the path: the signature of the URL takes its place.',
    isSeen: ({ status, headers, text }) =>
      (status === 401 && headers['www-authenticate'] !== undefined) ||
      (isPage(headers) && /type=["']?password|log ?in|sign ?in/i.test(text)),
  },
  {
    name: 'something that refuses',
    fix: 'Look for a firewall, a bot wall, a list of addresses or a login in front of the app, and exempt the path.',
    isSeen: ({ status }) => status === 401 || status === 403,
  },
]

function isPage(headers: Answered['headers']): boolean {
  return String(headers['content-type']).startsWith('text/html')
}
