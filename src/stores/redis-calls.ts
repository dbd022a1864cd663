import { types } from 'node:util'
import { SCRIPTS, type Step } from './redis-scripts.js'

/** Sends one command, such as `['EVALSHA', sha, '1', key, token, '75000']`, and resolves with its reply. The key is always `args[3]`. */
export type SendCommand = (args: string[]) => Promise<unknown>

/** Runs scripts, each call for a bounded time. */
export class RedisCalls {
  // A count, and not the promises themselves: to keep these would cost each call more than its time limit does.
  #underWay = 0
  #isClosed = false
  #onIdle: (() => void)[] = []

  constructor(
    readonly send: SendCommand,
    readonly timeoutMs: number,
  ) {}

  /** @param values the key, then the arguments of the step's script */
  run(step: Step, values: readonly string[]): Promise<number> {
    if (this.#isClosed) return Promise.reject(new Error(`redisStore: ${step} was called after close().`))
    this.#underWay++
    return new Promise((resolve, reject) => {
      let isOver = false
      const settle = (then: () => void): void => {
        if (isOver) return
        isOver = true
        clearTimeout(timer)
        then()
        this.#underWay--
        // Those who wait for the call shall hear of it first.
        if (this.#underWay === 0) for (const idle of this.#onIdle.splice(0)) setImmediate(idle)
      }
      const timer = setTimeout(() => settle(() => reject(new Error(noReply(step, this.timeoutMs)))), this.timeoutMs)
      this.#evaluate(step, values, () => isOver).then(
        (reply) => settle(() => resolve(reply)),
        (cause: unknown) => settle(() => reject(new Error(`redisStore: ${step} failed.`, { cause }))),
      )
    })
  }

  /** Takes no more calls, and waits for those under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve))
  }

  /** Runs the step's script by its hash; with its source when Redis has not seen it, or has been restarted since. */
  async #evaluate(step: Step, values: readonly string[], isOver: () => boolean): Promise<number> {
    const { sha, source } = SCRIPTS[step]
    try {
      return toInteger(await this.send(['EVALSHA', sha, '1', ...values]))
    } catch (error) {
      if (isOver() || !isNoScript(error)) throw error
      return toInteger(await this.send(['EVAL', source, '1', ...values]))
    }
  }
}

function isNoScript(error: unknown): boolean {
  return types.isNativeError(error) && error.message.includes('NOSCRIPT')
}

/** Clients can be set to answer integers as a bigint, a string or a Buffer. Some resolve with what is an error. */
function toInteger(reply: unknown): number {
  if (typeof reply === 'number' && Number.isSafeInteger(reply)) return reply
  if (types.isNativeError(reply)) throw reply
  const text = types.isUint8Array(reply) ? Buffer.from(reply).toString() : String(reply)
  if (/^-?\d+$/.test(text)) return Number(text)
  throw new TypeError(`sendCommand must resolve with the reply of Redis, here an integer; it was ${typeof reply}.`)
}

function noReply(step: Step, ms: number): string {
  return `redisStore: ${step} had no reply after ${String(ms)} ms. Redis may be away, and the client's offline queue hold the command.`
}
