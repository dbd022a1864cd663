import { bodyParser as koaBodyParser } from '@koa/bodyparser'
import bodyParserPackage from 'body-parser'
import type { NextFunction } from 'express'
import type Koa from 'koa'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** What may have read the body before the receiver sees the request. */
export type Parser = keyof typeof PARSERS

/** A parser as Express and its kin have it. */
type Handler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

/** `express` itself, or the package `body-parser`. */
interface Makers {
  readonly json: (options?: object) => unknown
  readonly raw: (options?: object) => unknown
  readonly text: (options?: object) => unknown
  readonly urlencoded: (options?: object) => unknown
}

const PARSERS = {
  json: (make: Makers) => make.json() as Handler,
  raw: (make: Makers) => make.raw({ type: '*/*' }) as Handler,
  text: (make: Makers) => make.text({ type: '*/*' }) as Handler,
  urlencoded: (make: Makers) => make.urlencoded({ extended: true }) as Handler,
  'json up to 1 kB': (make: Makers) => make.json({ limit: '1kb' }) as Handler,
  'json, its errors ignored': (make: Makers) => ignoringErrors(make.json({ limit: '1kb' }) as Handler),
}

export function inExpress(name: Parser, make: Makers): Handler {
  return PARSERS[name](make)
}

/** @koa/bodyparser where it can, else what users do who wrap a parser of Express. */
export function inKoa(name: Parser): Koa.Middleware {
  switch (name) {
    case 'json':
      return koaBodyParser({ enableTypes: ['json'] })
    case 'json up to 1 kB':
      return koaBodyParser({ enableTypes: ['json'], jsonLimit: '1kb' })
    case 'json, its errors ignored':
      return koaBodyParser({ enableTypes: ['json'], jsonLimit: '1kb', onError: () => undefined })
    case 'text':
      return koaBodyParser({ enableTypes: ['text'], extendTypes: { text: ['application/json'] } })
    case 'urlencoded':
      return koaBodyParser({ enableTypes: ['form'] })
    case 'raw':
      return async (context, next) => {
        await inNode(name)(context.req, context.res)
        context.request.body = (context.req as { body?: unknown }).body
        await next()
      }
  }
}

/** Rejects with the parser's error, which has a status. */
export function inNode(name: Parser): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const parse = inExpress(name, bodyParserPackage)
  return (request, response) =>
    new Promise((resolve, reject) => {
      parse(request, response, (error) => (error instanceof Error ? reject(error) : resolve()))
    })
}

/** As an app does whose error handler calls `next()`. */
function ignoringErrors(parse: Handler): Handler {
  return (request, response, next: NextFunction) => parse(request, response, () => next())
}
