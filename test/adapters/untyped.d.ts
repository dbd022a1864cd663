// These packages bring no types of their own; the tests use them as their newer siblings, which do.

declare module 'express4' {
  import express from 'express'
  export default express
}

declare module 'koa-bodyparser' {
  import { bodyParser } from '@koa/bodyparser'
  export default bodyParser
}

declare module 'compression' {
  import type { RequestHandler } from 'express'
  export default function compression(options?: { readonly threshold?: number }): RequestHandler
}
