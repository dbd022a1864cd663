import type { RequestListener } from 'node:http'
import { connectPostgres, connectRedis, freshFile, freshTable } from '../open-store.js'
import { inFastify } from '../in-fastify.js'
import { SECRET, type Make, type OnEvent } from '../subject.js'
import { rememberInStore, type Claims } from './in-store.js'
import { rememberInMemory } from './memory.js'
import type { HandleEvent, Listener } from './receiver.js'

/** The receivers by hand, by the names that the rows of the benchmark have for them. Each loads only what it needs. */
export const handWritten = {
  async 'hand-node'(onEvent) {
    const { nodeReceiver } = await import('./node-http.js')
    return nodeReceiver(inMemory(onEvent))
  },

  async 'hand-signed'(onEvent) {
    const { signedNodeReceiver } = await import('./node-http-signed.js')
    return signedNodeReceiver(inMemory(onEvent), SECRET)
  },

  async 'hand-redis'(onEvent, { store }) {
    if (store.kind !== 'redis') throw new Error('Needs a Redis.')
    const [{ redisClaims }, client] = await Promise.all([import('./redis.js'), connectRedis(store.url)])
    return overStore(redisClaims(client), onEvent)
  },

  async 'hand-postgres'(onEvent, { store }) {
    if (store.kind !== 'postgres') throw new Error('Needs a Postgres.')
    const [{ postgresClaims }, pool] = await Promise.all([import('./postgres.js'), connectPostgres(store.url)])
    return overStore(await postgresClaims(pool, freshTable()), onEvent)
  },

  async 'hand-sqlite'(onEvent, { store }) {
    if (store.kind !== 'sqlite') throw new Error('Needs a folder for SQLite.')
    const [{ sqliteClaims }, { default: Database }] = await Promise.all([import('./sqlite.js'), import('libsql')])
    return overStore(sqliteClaims(new Database(freshFile(store.directory))), onEvent)
  },

  async 'hand-express'(onEvent) {
    const { expressReceiver } = await import('./express.js')
    return expressReceiver(inMemory(onEvent)) as RequestListener
  },

  async 'hand-koa'(onEvent) {
    const { koaReceiver } = await import('./koa.js')
    return koaReceiver(inMemory(onEvent))
  },

  async 'hand-fastify'(onEvent) {
    const { fastifyReceiver } = await import('./fastify.js')
    return inFastify((serverFactory) => fastifyReceiver(inMemory(onEvent), undefined, serverFactory))
  },

  async 'hand-hono'(onEvent) {
    const [{ honoReceiver }, { getRequestListener }] = await Promise.all([
      import('./hono.js'),
      import('@hono/node-server'),
    ])
    const listener = getRequestListener(honoReceiver(inMemory(onEvent)).fetch)
    return (request, response) => void listener(request, response)
  },

  async 'hand-octokit'(onEvent) {
    const { octokitReceiver } = await import('./octokit.js')
    return octokitReceiver(toListener(onEvent), SECRET)
  },
} satisfies Record<string, Make>

function inMemory(onEvent: OnEvent): HandleEvent {
  return rememberInMemory(toListener(onEvent))
}

async function overStore(claims: Claims, onEvent: OnEvent): Promise<RequestListener> {
  const { nodeReceiver } = await import('./node-http.js')
  return nodeReceiver(rememberInStore(claims, toListener(onEvent)))
}

function toListener(onEvent: OnEvent): Listener {
  return ({ type }) => Promise.resolve(type === 'music:complete' ? onEvent() : undefined)
}
