import { types } from 'node:util'
import { TimerList, type TimeoutHandler } from '../../time/timer-list.js'
import type { Script } from './script.js'

/** Sends one command, such as `['EVALSHA', sha, '1', key, token, '75000']`, and resolves with its reply. The key, or the first of them, is always `args[3]`. */
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
    /** The function that the calls are of, for messages. */
    readonly user: string,
  ) {
    this.#limits = new TimerList(timeoutMs, true)
  }

  /** Runs a script; `args` are its keys and what else it takes. Resolves with what it reads in the reply. */
  run<T>(script: Script<T>, ...args: string[]): Promise<T> {
    const operation = `${this.user}: ${script.name}`
    if (this.#isClosed) return Promise.reject(new Error(`${operation} was called after close().`))
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
      this.#evaluate(script, args, call).then(
        (reply) => {
          limit.stop()
          this.#end(call)
          resolve(reply)
        },
        (cause: unknown) => {
          limit.stop()
          this.#end(call)
          reject(new Error(`${operation} failed.`, { cause }))
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
  async #evaluate<T>(
    { sha, source, keyCount, read }: Script<T>,
    args: readonly string[],
    call: PendingCall,
  ): Promise<T> {
    try {
      return read(await this.send(['EVALSHA', sha, keyCount, ...args]))
    } catch (error) {
      if (call.isOver || !isNoScript(error)) throw error
      return read(await this.send(['EVAL', source, keyCount, ...args]))
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

function noReply(operation: string, ms: number): string {
  return `${operation} had no reply after ${String(ms)} ms. Redis may be away, and the client's offline queue hold the command.`
}
