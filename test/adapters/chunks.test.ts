import { spawn } from 'node:child_process'
import net from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { adapters } from './adapters.js'
import { chunk, CHUNKED, head, inChunks, LAST_CHUNK } from './request.js'
import { subject } from './subject.js'
import { connect } from './wire.js'

/** Text of so many bytes in which no two places look alike. */
function filling(bytes: number): string {
  let text = ''
  for (let i = 0; text.length < bytes; i++) text += `${String(i)} `
  return text.slice(0, bytes)
}

function bodyOfBytes(bytes: number): string {
  const frame = JSON.stringify({ code: 200, data: { callbackType: 'text', task_id: 'one', data: [], filling: '' } })
  return frame.replace('"filling":""', `"filling":"${filling(bytes - frame.length)}"`)
}

/** The text in pieces of these sizes, again and again. */
function cut(text: string, sizes: readonly number[]): readonly string[] {
  const pieces: string[] = []
  let from = 0
  while (from < text.length) {
    const size = sizes[pieces.length % sizes.length] as number
    pieces.push(text.slice(from, from + size))
    from += size
  }
  return pieces
}

describe.each(adapters)('$name', ({ start }) => {
  test.each([
    { sizes: [1], bytes: 20_000 },
    { sizes: [1, 5000], bytes: 200_000 },
    { sizes: [4095, 4096, 4097, 7, 60_000], bytes: 500_000 },
    { sizes: [3000], bytes: 300_000 },
    { sizes: [64 * 1024], bytes: 300_000 },
  ])('a body of $bytes bytes in chunks of $sizes is put together as it was', async ({ sizes, bytes }) => {
    const { suno, events } = subject()
    const wire = await connect(await start(suno))
    const body = bodyOfBytes(bytes)
    await wire.write(inChunks(cut(body, sizes)))
    expect((await wire.reply())?.status).toBe(200)
    expect(JSON.stringify(events[0]?.raw)).toBe(body)
  })
})

// Each chunk was kept as an object: 500 MiB for 1 MiB.
test('a body of 512 KiB in chunks of one byte is received within a heap of 32 MiB', async () => {
  const server = await startServer(32)
  const body = bodyOfBytes(2 ** 19)
  expect(await postInChunksOfOneByte(server.port, body)).toMatch(/^HTTP\/1\.1 200 /)
  // Beside 32 MiB of heap stand the process itself (50 to 90 MiB), the body, and what node:http has not thrown away yet.
  expect(await server.peakMebibytes()).toBeLessThan(200)
})

/** A process of its own with that much heap, in MiB. */
async function startServer(heap: number): Promise<{ port: number; peakMebibytes: () => Promise<number> }> {
  const program = `
    import { createServer } from 'node:http'
    import { SunoCallbacks } from 'suno-callbacks'
    import { requestListener } from 'suno-callbacks/node'
    const limits = { deadlineMs: 14_000, bodyTimeoutMs: 14_000 }
    const suno = new SunoCallbacks({ verify: false, ...limits })
    suno.on('*', () => undefined)
    const server = createServer(requestListener(suno)).listen(0, '127.0.0.1', () => console.log(server.address().port))
    process.stdin.on('data', () => console.log(process.resourceUsage().maxRSS / 1024))`
  const flags = [`--max-old-space-size=${String(heap)}`, '--input-type=module', '-e', program]
  const child = spawn(process.execPath, flags, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    // What a process without memory says of its end is long.
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextNumber = async () => Number((await lines.next()).value)
  const peakMebibytes = () => {
    child.stdin.write('?')
    return nextNumber()
  }
  return { port: await nextNumber(), peakMebibytes }
}

/** What comes back, also from a process that dies meanwhile. */
function postInChunksOfOneByte(port: number, body: string): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = net.connect(port, '127.0.0.1')
    onTestFinished(() => {
      socket.destroy()
    })
    const end = () => resolve(received)
    socket.on('data', (data: Buffer) => {
      received += data.toString()
      end()
    })
    socket.on('error', end)
    socket.on('close', end)
    socket.write(head({ headers: CHUNKED }))
    socket.write(Array.from(body, chunk).join('') + LAST_CHUNK)
  })
}
