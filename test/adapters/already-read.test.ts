import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { sample } from '../../src/testing/index.js'
import { nodeAdapters } from './adapters.js'
import { post, send } from './client.js'
import { head } from './request.js'
import { subject } from './subject.js'
import { connect } from './wire.js'

const JSON_TYPE = { 'content-type': 'application/json' }

describe.each(nodeAdapters)('$name', ({ start }) => {
  describe('a body that something else has read', () => {
    const gone = (request: IncomingMessage) =>
      new Promise((resolve) => {
        request.on('end', resolve)
        request.resume()
      })

    test('and left nowhere is answered 500 at once, and the log says how to mend it', async () => {
      const { suno, log } = subject()
      const host = await start(suno, { before: gone })
      expect((await post(host, '/suno/music', sample('music:complete'))).status).toBe(500)
      expect(log).toMatchObject([
        {
          level: 'error',
          message: expect.stringMatching(/Mount suno-callbacks before it.*req\.body.*req\.rawBody/s) as string,
          fields: { code: 'BODY_CONSUMED' },
        },
      ])
    })

    test('although there was none is an empty body', async () => {
      const { suno, outcomes } = subject()
      const host = await start(suno, { before: gone })
      const reply = await send(host, '/suno/music', { headers: { ...JSON_TYPE, 'content-length': '0' } })
      expect(reply).toMatchObject({ status: 400, body: '{"status":"malformed"}' })
      expect(outcomes).toMatchObject([{ status: 'rejected', error: { code: 'NOT_JSON' } }])
    })

    test('alongside us is read by us as well', async () => {
      const { suno, events } = subject()
      const overheard: Buffer[] = []
      const host = await start(suno, {
        before: (request) => {
          request.on('data', (chunk: Buffer) => overheard.push(chunk))
          return undefined
        },
      })
      const body = sample('music:complete')
      expect((await post(host, '/suno/music', body)).status).toBe(200)
      expect(events).toMatchObject([{ raw: body }])
      expect(JSON.parse(Buffer.concat(overheard).toString())).toEqual(body)
    })

    test('as text, by an encoding set on the stream, is read by us as well', async () => {
      const { suno, events } = subject()
      const host = await start(suno, {
        before: (request) => {
          request.setEncoding('utf8')
          return undefined
        },
      })
      const wire = await connect(host)
      const body = Buffer.from(JSON.stringify(sample('music:complete', { taskId: 'Ünïcödé🎵' })))
      const middle = body.indexOf(0xf0) + 2
      await wire.write(head({ headers: { 'content-length': String(body.length) } }))
      // A character in two pieces, in two packets
      await wire.write(body.subarray(0, middle))
      await new Promise((resolve) => setTimeout(resolve, 20))
      await wire.write(body.subarray(middle))
      expect((await wire.reply())?.status).toBe(200)
      expect(events).toMatchObject([{ taskId: 'Ünïcödé🎵' }])
    })
  })
})
