import { deliverTo } from './deliveries.mjs'

await deliverTo(process.execPath, 'server.js')
console.log('ok fastify')
