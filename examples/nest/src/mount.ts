import type { NestExpressApplication } from '@nestjs/platform-express'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { SunoCallbacks } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'
import { sunoFastify } from 'suno-callbacks/fastify'

/** To be called before `init` and `listen`, so that it comes before Nest's body parser. A global prefix does not move it. */
export function mountInExpress(app: NestExpressApplication): void {
  app.use('/suno', expressMiddleware(app.get(SunoCallbacks)))
}

/** To be called before `init` and `listen`. Nest's body parser and a global prefix do not reach it. */
export async function mountInFastify(app: NestFastifyApplication): Promise<void> {
  const suno = app.get(SunoCallbacks)
  await app.register(sunoFastify, { suno, prefix: '/suno' })
}
