/** What the README uses of NestJS, which is not among the dependencies. */
declare module '@nestjs/core' {
  export const NestFactory: { create<Application>(module: unknown): Promise<Application> }
}

declare module '@nestjs/platform-express' {
  import type { RequestHandler } from 'express'

  export interface NestExpressApplication {
    use(path: string, handler: RequestHandler): this
    listen(port: number): Promise<unknown>
  }
}
