import { deliverTo } from './deliveries.mjs'

await deliverTo(process.execPath, 'node_modules/next/dist/bin/next', 'start', '--hostname', '127.0.0.1')
console.log('ok next')
