import { environment } from '../options/environment.js'
import { SIGNATURE_PARAMETER } from '../verify/signed-url.js'

/** Takes secrets out of a text: whatever the page shows has passed it. */
export type Redact = (text: string) => string

/** With the secrets that the environment has now, wherever they stand in a text. */
export function redactor(): Redact {
  const known = [environment('SUNO_CALLBACK_SECRET'), environment('SUNO_API_KEY')]
  const secrets = known.filter((secret) => secret !== undefined && secret.length >= 8) as readonly string[]
  return (text) => {
    const clean = PATTERNS.reduce((rest, pattern) => rest.replace(pattern, `$1${REDACTED}`), text)
    return secrets.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), clean)
  }
}

const REDACTED = '[redacted]'

const PATTERNS: readonly RegExp[] = [
  // In a URL, one that is encoded in another, and as a field of JSON.
  new RegExp(`(${SIGNATURE_PARAMETER}(?:%(?:25)*3D|["'\\\\]*\\s*[:=]\\s*["'\\\\]*))[\\w.%~-]+`, 'gi'),
  // A signature by itself.
  /()\bv1\.[\w-]{8,}\.[\w-]{43}(?![\w-])/g,
  /\b(bearer\s+)[\w.~+/=-]{8,}/gi,
  /\b((?:x-)?api[-_]?key["'\\]*\s*[:=]\s*["'\\]*)[\w.~+/=-]+/gi,
]

/** The same in JSON, where a field can say by its name that its value is a secret. */
export function toSafeJson(value: unknown, redact: Redact, indent = 2): string | undefined {
  const replace = (name: string, field: unknown) =>
    typeof field !== 'string' ? field : SECRET_FIELDS.test(name) ? REDACTED : redact(field)
  try {
    // What names no value is `undefined`, whatever the types say.
    return JSON.stringify(value, replace, indent)
  } catch {
    return undefined // deeper than the stack, or with a circle: it was not JSON that came
  }
}

const SECRET_FIELDS = /^(authorization|(x[-_]?)?api[-_]?key|secret|password|access[-_]?token)$/i
