import { createHmac, randomBytes } from 'node:crypto'
import { SunoCallbacks } from 'suno-callbacks'
import { callbackBody, taskIdOffset, toTaskId } from './callback.js'
import { SECRET } from './secret.js'

/** Who sends: anybody; with a signed URL; with a URL whose signature is wrong; as GitHub signs bodies. */
export type Sender = 'plain' | 'signed' | 'forged' | 'github'

/** The requests of one round, each with a task id of its own. */
export class Load {
  readonly #head: string
  readonly #body: string
  readonly #taskIdAt: number
  readonly #run = randomBytes(8).toString('hex')
  readonly #signatures: readonly string[]
  readonly #signatureAt: number
  #sent = 0

  constructor(sender: Sender, path: string) {
    this.#signatures = signAhead(sender, this.#run)
    const [signature = ''] = this.#signatures
    const isInUrl = sender === 'signed' || sender === 'forged'
    const taskId = toTaskId(this.#run, 0)
    this.#body = callbackBody(taskId)
    const github = `x-github-event: push\r\nx-github-delivery: 0\r\nx-hub-signature-256: sha256=${signature}\r\n`
    this.#head =
      `POST ${path}${isInUrl ? signature : ''} HTTP/1.1\r\nhost: 127.0.0.1\r\n` +
      (sender === 'github' ? github : '') +
      `content-type: application/json\r\ncontent-length: ${String(this.#body.length)}\r\n\r\n`
    this.#signatureAt = signature === '' ? -1 : this.#head.indexOf(signature)
    this.#taskIdAt = this.#head.length + taskIdOffset(this.#body, taskId)
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
    // A body that is signed comes again when the signatures are used up; nothing that checks one remembers task ids.
    const isSignedBody = signature !== undefined && signature.length === HEX_DIGITS
    request.write(toTaskId(this.#run, isSignedBody ? index % length : index), this.#taskIdAt, 'latin1')
  }
}

/** More than a server could keep the checks of; signing while the load runs would burden the generator. */
const SIGNED_AHEAD = 100_000

/** Of a SHA-256. */
const HEX_DIGITS = 64

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
  const secret = sender === 'forged' ? `not ${SECRET}` : SECRET
  const suno = new SunoCallbacks({ secret, baseUrl: 'http://127.0.0.1/suno' })
  return indexes.map((index) => {
    const metadata = { orderId: String(index).padStart(8, '0') }
    return new URL(suno.callbackUrl('music', { metadata })).search
  })
}
