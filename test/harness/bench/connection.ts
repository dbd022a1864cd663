import { connect, type Socket } from 'node:net'

/** How an answer came. `status` is null when the connection failed instead. */
export type OnAnswer = (status: string | null) => void

/** One keep-alive connection that sends a request at a time, with as little work as can be: it must not be the limit. */
export class Connection {
  readonly #socket: Socket
  #onAnswer: OnAnswer = () => undefined
  #received: Buffer[] = []
  /** The length of an answer, once one is known: those that follow mostly have the same. */
  #usual = -1

  constructor(port: number) {
    const buffer = Buffer.allocUnsafe(64 * 1024)
    const callback = (length: number) => {
      this.#heard(buffer.subarray(0, length))
      return true
    }
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } })
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => this.#onAnswer(null))
  }

  send(request: Buffer, onAnswer: OnAnswer): void {
    this.#onAnswer = onAnswer
    if (this.#socket.destroyed) onAnswer(null)
    else this.#socket.write(request)
  }

  close(): void {
    this.#onAnswer = () => undefined
    this.#socket.destroy()
  }

  #heard(chunk: Buffer): void {
    let answer = chunk
    if (this.#received.length > 0) answer = Buffer.concat([...this.#received, chunk])
    if (answer.length !== this.#usual) {
      const length = lengthOf(answer)
      if (length === null || answer.length < length) {
        // The buffer is used again for what comes next.
        this.#received = [Buffer.from(answer)]
        return
      }
      this.#usual = length
    }
    this.#received = []
    this.#onAnswer(answer.toString('latin1', 'HTTP/1.1 '.length, 'HTTP/1.1 200'.length))
  }
}

/** Null while it cannot be told yet. */
function lengthOf(answer: Buffer): number | null {
  const end = answer.indexOf('\r\n\r\n')
  if (end === -1) return null
  const head = answer.toString('latin1', 0, end)
  const [, length] = /content-length: *(\d+)/i.exec(head) ?? []
  if (length !== undefined) return end + 4 + Number(length)
  const last = answer.indexOf('\r\n0\r\n\r\n', end)
  return last === -1 ? null : last + 7
}
