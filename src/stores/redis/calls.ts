import { types } from 'node:util'
import { TimerList, type TimeoutHandler } from '../../time/timer-list.js'
import type { StoreOperation } from '../store.js'
import { SCRIPTS, type Script } from './scripts.js'

/** Sends one command, such as `['EVALSHA', sha, '1', key, token, '75000']`, and resolves with its reply. The key is always `args[3]`. */
export type SendCommand = (args: string[]) => Promise<unknown>

/** Runs scripts, each call for a bounded time. */
export class RedisCalls {
  // A count, and not the promises themselves: to keep these would cost each call more than its time limit does.
  #underWay = 0
  #isClosed = false
  #onIdle: (() => void)[] = []

  readonly #limits: TimerList

  constructor(
    readonly send: SendCommand,
    timeoutMs: number,
  ) {
    this.#limits = new TimerList(timeoutMs, true)
  }

  /** Runs the operation's script; `args` are the key and what else the script takes. Resolves with the script's integer. */
  run(operation: StoreOperation, ...args: string[]): Promise<number> {
    if (this.#isClosed) return Promise.reject(new Error(`redisStore: ${operation} was called after close().`))
    this.#underWay++
    return new Promise((resolve, reject) => {
      const call: PendingCall = {
        isOver: false,
        onTimeout: () => {
          this.#end(call)
          reject(new Error(noReply(operation, this.#limits.ms)))
        },
      }
      const limit = this.#limits.set(call, performance.now())
      this.#evaluate(SCRIPTS[operation], args, call).then(
        (reply) => {
          limit.stop()
          this.#end(call)
          resolve(reply)
        },
        (cause: unknown) => {
          limit.stop()
          this.#end(call)
          reject(new Error(`redisStore: ${operation} failed.`, { cause }))
        },
      )
    })
  }

  /** Takes no more calls, and waits for those under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve))
  }

  /** By the script's hash; with its source when Redis has not seen it, or has been restarted since. */
  async #evaluate({ sha, source }: Script, args: readonly string[], call: PendingCall): Promise<number> {
    try {
      return toInteger(await this.send(['EVALSHA', sha, '1', ...args]))
    } catch (error) {
      if (call.isOver || !isNoScript(error)) throw error
      return toInteger(await this.send(['EVAL', source, '1', ...args]))
    }
  }

  #end(call: PendingCall): void {
    if (call.isOver) return
    call.isOver = true
    this.#underWay--
    if (this.#underWay > 0) return
    // After the call's own promise has settled.
    for (const idle of this.#onIdle.splice(0)) setImmediate(idle)
  }
}

/** A call until its reply or its timeout, whichever is first. */
interface PendingCall extends TimeoutHandler {
  isOver: boolean
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

function noReply(operation: StoreOperation, ms: number): string {
  return `redisStore: ${operation} had no reply after ${String(ms)} ms. Redis may be away, and the client's offline queue hold the command.`
}
