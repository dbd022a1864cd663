import { createHmac, randomBytes } from 'node:crypto'
import { SunoCallbacks } from 'suno-callbacks'
import { callbackBody, taskIdOffsets, toTaskId } from './callback.js'
import { signQuery } from './hand-written/signed-url.js'
import { SECRET } from './subject.js'

/** Who sends: anybody; with a signed URL; with a URL whose signature is wrong; with a URL signed by hand; as GitHub signs bodies. */
export type Sender = 'plain' | 'signed' | 'forged' | 'hand-signed' | 'github'

/** The requests of one round, each with a task id of its own. */
export class Load {
  readonly #head: string
  readonly #body: string
  readonly #taskIdAt: number
  readonly #run = randomBytes(8).toString('hex')
  readonly #signatures: readonly string[]
  readonly #signatureAt: number
  /** Where the id of the delivery stands in the head, or -1. */
  readonly #deliveryAt: number
  #sent = 0

  constructor(sender: Sender, path: string) {
    this.#signatures = signAhead(sender, this.#run)
    const [signature = ''] = this.#signatures
    const isInUrl = sender !== 'plain' && sender !== 'github'
    const taskId = toTaskId(this.#run, 0)
    this.#body = callbackBody(taskId)
    const github = `x-github-event: push\r\nx-hub-signature-256: sha256=${signature}\r\n${DELIVERY}${taskId}\r\n`
    this.#head =
      `POST ${path}${isInUrl ? signature : ''} HTTP/1.1\r\nhost: 127.0.0.1\r\n` +
      (sender === 'github' ? github : '') +
      `content-type: application/json\r\ncontent-length: ${String(this.#body.length)}\r\n\r\n`
    this.#signatureAt = signature === '' ? -1 : this.#head.indexOf(signature)
    this.#deliveryAt = sender === 'github' ? this.#head.indexOf(DELIVERY) + DELIVERY.length : -1
    const [taskIdAt = NaN] = taskIdOffsets(this.#body, taskId)
    this.#taskIdAt = this.#head.length + taskIdAt
  }

  /** What a connection keeps its request in. */
  buffer(): Buffer {
    return Buffer.from(this.#head + this.#body)
  }

  /** Turns the request that was sent from this buffer into the next one. */
  next(request: Buffer): void {
    const index = this.#sent++
    const { length } = this.#signatures
    const signature = this.#signatures[index % length]
    if (signature !== undefined) request.write(signature, this.#signatureAt, 'latin1')
    // A body that is signed comes again when the signatures are used up: who checks one remembers deliveries, not tasks.
    const isSignedBody = this.#deliveryAt !== -1
    if (isSignedBody) request.write(toTaskId(this.#run, index), this.#deliveryAt, 'latin1')
    request.write(toTaskId(this.#run, isSignedBody ? index % length : index), this.#taskIdAt, 'latin1')
  }
}

const DELIVERY = 'x-github-delivery: '

/** More than a server could keep the checks of; signing while the load runs would burden the generator. */
const SIGNED_AHEAD = 100_000

const DAY_SECONDS = 24 * 60 * 60

function signAhead(sender: Sender, run: string): readonly string[] {
  if (sender === 'plain') return []
  const indexes = Array.from({ length: SIGNED_AHEAD }, (_, index) => index)
  if (sender === 'github') {
    return indexes.map((index) =>
      createHmac('sha256', SECRET)
        .update(callbackBody(toTaskId(run, index)))
        .digest('hex'),
    )
  }
  if (sender === 'hand-signed') {
    const expires = Math.floor(Date.now() / 1000) + DAY_SECONDS
    return indexes.map((index) => signQuery({ orderId: String(index).padStart(8, '0'), expires }, SECRET))
  }
  const secret = sender === 'forged' ? `not ${SECRET}` : SECRET
  const suno = new SunoCallbacks({ secret, baseUrl: 'http://127.0.0.1/suno' })
  return indexes.map((index) => {
    const metadata = { orderId: String(index).padStart(8, '0') }
    return new URL(suno.callbackUrl('music', { metadata })).search
  })
}
