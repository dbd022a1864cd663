import { environment } from './environment.js'

/**
 * The platform that this process runs on, if it is one that stops or freezes it once a request is answered, and starts as many
 * processes as it likes; else null.
 */
export function freezingPlatform(): string | null {
  const { EdgeRuntime, navigator } = globalThis as PlatformGlobals
  if (navigator?.userAgent === 'Cloudflare-Workers') return 'Cloudflare Workers'
  // On Vercel's edge it is a text.
  if (typeof EdgeRuntime === 'object') return 'Supabase Edge Functions'
  const found = BY_VARIABLE.find(([variable]) => environment(variable) !== undefined)
  return found === undefined ? null : found[1]
}

interface PlatformGlobals {
  readonly EdgeRuntime?: unknown
  readonly navigator?: { readonly userAgent?: unknown }
}

/** The first that is set decides: Vercel and Netlify run on AWS Lambda. */
const BY_VARIABLE = [
  ['VERCEL', 'Vercel'],
  ['NETLIFY', 'Netlify'],
  ['AWS_LAMBDA_FUNCTION_NAME', 'AWS Lambda'],
  ['K_SERVICE', 'Cloud Run'],
] as const
