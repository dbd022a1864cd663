import type { WaitUntil } from '../../src/delivery/delivery.js'

/**
 * How the platform is asked to let work go on behind the answer: by something that it handed over with the request, else by its
 * global. To be asked for while the request begins, for some globals are those of the current request.
 */
export function findWaitUntil(context: readonly unknown[] = []): WaitUntil | undefined {
  const holder = context.find(hasWaitUntil) ?? globalHolders().find(hasWaitUntil)
  return hasWaitUntil(holder) ? (work) => holder.waitUntil(work) : undefined
}

function globalHolders(): readonly unknown[] {
  const { [NEXT]: next, [VERCEL]: vercel, Netlify, EdgeRuntime } = globalThis as Globals
  return [next?.get?.(), vercel?.get?.(), Netlify?.context, EdgeRuntime]
}

function hasWaitUntil(holder: unknown): holder is { waitUntil: WaitUntil } {
  return typeof (holder as { readonly waitUntil?: unknown } | null | undefined)?.waitUntil === 'function'
}

/** What Next.js and Vercel keep for libraries like this one: `after` and `waitUntil` of theirs read it. */
const NEXT = Symbol.for('@next/request-context')
const VERCEL = Symbol.for('@vercel/request-context')

interface Globals {
  readonly [NEXT]?: RequestContext
  readonly [VERCEL]?: RequestContext
  readonly Netlify?: { readonly context?: unknown }
  /** Of Supabase. */
  readonly EdgeRuntime?: unknown
}

interface RequestContext {
  get?(): unknown
}
