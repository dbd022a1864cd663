import net from 'node:net'
import { once } from 'node:events'
import type { Cores } from './cores.js'
import { Program } from './program.js'
import { median, toFigure, type Effort, type Report } from './report.js'

/** What `requestListener` holds while a large body arrives: it must not depend on the chunks. */
export async function measureBodyMemory({ rounds, isWanted }: Effort, cores: Cores | null): Promise<Report> {
  const title = 'Memory of a body'
  if (!isWanted(title)) return { tables: [], targets: [] }
  const peaks = new Map<number, number[]>(CHUNKS.map(({ bytes }) => [bytes, []]))
  for (let round = 0; round < Math.min(rounds, ROUNDS); round++) {
    for (const [bytes, measured] of peaks) measured.push(await peakOf(bytes, cores))
  }
  const [tiny, large] = CHUNKS.map(({ bytes }) => median(peaks.get(bytes) ?? []))
  const rows = CHUNKS.map(({ title, bytes }) => {
    const peak = median(peaks.get(bytes) ?? [])
    return [title, toFigure(peak / 2 ** 20), (peak / BODY_BYTES).toFixed(2)]
  })
  const notes = [
    'Heap and external memory beyond those before the request, at their highest. They are looked at after a garbage collection each: ' +
      'again and again while the body arrives, then in the verifier and in the listener.',
  ]
  const what = 'peak memory of a 1 MiB body in 1-byte chunks / in 16 KiB chunks'
  return {
    tables: [{ title, notes, head: ['a body of 1 MiB in', 'peak, MiB', 'of the body'], rows }],
    targets: [{ what, value: Number(tiny) / Number(large), want: 'at most', limit: 1.5 }],
  }
}

const ROUNDS = 3

const BODY_BYTES = 2 ** 20

const CHUNKS = [
  { title: 'chunks of 1 byte', bytes: 1 },
  { title: 'chunks of 16 KiB', bytes: 2 ** 14 },
]

/** In bytes. */
async function peakOf(chunkBytes: number, cores: Cores | null): Promise<number> {
  const server = new Program('body-server', {}, cores?.measured ?? null, ['--expose-gc'])
  try {
    const port = await server.next<number>()
    // What only the first request takes is not its body's.
    await post(port, BODY_BYTES / 2 ** 6, chunkBytes)
    await server.next<number>()
    await post(port, BODY_BYTES, chunkBytes)
    return await server.next<number>()
  } finally {
    await server.end()
  }
}

async function post(port: number, bodyBytes: number, chunkBytes: number): Promise<void> {
  const socket = net.connect(port, '127.0.0.1')
  socket.setEncoding('latin1')
  socket.write(`${HEAD}\r\n${inChunks(bodyOf(bodyBytes), chunkBytes)}`)
  try {
    const [answer] = (await once(socket, 'data')) as [string]
    if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(`The body was answered ${answer}`)
  } finally {
    socket.destroy()
  }
}

const HEAD =
  'POST /suno?kind=music HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n'

/** A callback of that many bytes. */
function bodyOf(bytes: number): string {
  const data = { callbackType: 'text', task_id: String(bytes), data: [] }
  const [start, end] = [`{"code":200,"data":${JSON.stringify(data)},"msg":"`, '"}']
  return start + 'a'.repeat(bytes - start.length - end.length) + end
}

function inChunks(body: string, bytes: number): string {
  const chunks = body.match(new RegExp(`.{1,${String(bytes)}}`, 'g')) ?? []
  return `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`
}
