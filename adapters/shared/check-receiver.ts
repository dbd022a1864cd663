import { ConfigurationError } from '../../src/errors/errors.js'
import type { Receiver } from './receiver.js'

/**
 * What stands in the place of `suno` is checked at mount: the first callback would find out too late.
 *
 * @param maker the adapter's function, as users write it
 * @throws ConfigurationError `RECEIVER_INVALID`
 */
export function checkReceiver(suno: unknown, maker: string): asserts suno is Receiver {
  if (isReceiver(suno)) return
  throw new ConfigurationError('RECEIVER_INVALID', messageFor(suno, maker))
}

function isReceiver(suno: unknown): boolean {
  return isFunction(member(suno, 'receive')) && isFunction(member(member(suno, 'logger'), 'warn'))
}

function messageFor(suno: unknown, maker: string): string {
  if (isRequest(suno)) {
    return `${maker} itself was mounted, so that the app called it with a request. Mount what it answers, so call it: ${maker}(suno).`
  }
  const needs = `${maker}(suno) needs the SunoCallbacks instance, but got`
  if (suno === undefined || suno === null) {
    return `${needs} ${String(suno)}. Make it before this line: const suno = new SunoCallbacks({ … }).`
  }
  if (isFunction(member(suno, 'then'))) return `${needs} a promise. Await it first: ${maker}(await promise).`
  if (isFunction(member(member(suno, 'prototype'), 'receive'))) {
    return `${needs} the class. Make an instance: ${maker}(new SunoCallbacks({ … })).`
  }
  const what = typeof suno === 'object' ? 'an object without receive() and logger.warn()' : `a ${typeof suno}`
  return `${needs} ${what}. Options come second: const suno = new SunoCallbacks({ … }); ${maker}(suno, { path: "/suno" }).`
}

/** Of node:http, Express, Fastify or the web (a method and headers), or a context that holds one (Koa, Hono). */
function isRequest(value: unknown): boolean {
  const request = member(value, 'req') ?? value
  return typeof member(request, 'method') === 'string' && typeof member(request, 'headers') === 'object'
}

function member(value: unknown, name: string): unknown {
  return value === undefined || value === null ? undefined : (value as Readonly<Record<string, unknown>>)[name]
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
