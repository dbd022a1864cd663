import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { AppModule } from './app.module.js'
import { mountInFastify } from './mount.js'

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter())
await mountInFastify(app)
app.enableShutdownHooks() // SIGTERM closes the app, and with it the receiver
await app.listen(Number(process.env.PORT ?? 3000))
console.log(`listening on ${await app.getUrl()}`)
