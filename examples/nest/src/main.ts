import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { AppModule } from './app.module.js'
import { mountInExpress } from './mount.js'

const app = await NestFactory.create<NestExpressApplication>(AppModule)
mountInExpress(app)
app.enableShutdownHooks() // SIGTERM closes the app, and with it the receiver
await app.listen(Number(process.env.PORT ?? 3000))
console.log(`listening on ${await app.getUrl()}`)
