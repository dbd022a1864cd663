// Without leave for anything: what the library reads by itself must not stop it.
import { SunoCallbacks } from 'suno-callbacks'
import { fetchHandler } from 'suno-callbacks/fetch'
import { sample } from 'suno-callbacks/testing'

const suno = new SunoCallbacks({ secret: 'a secret of this app', baseUrl: 'https://app.example.com/suno' })
suno.on('music:complete', () => undefined)
const request = new Request(suno.callbackUrl('music'), {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(sample('music:complete')),
})
const { status } = await fetchHandler(suno)(request)
console.log(`answered ${status}`)
