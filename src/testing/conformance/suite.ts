import * as z from 'zod/mini'
import { ConfigurationError } from '../../errors/errors.js'
import { functionOf, numberFrom, option, optionsReader, type Option } from '../../errors/read-options.js'

/** One thing that every implementation of a contract must do. `run` rejects when it does not, with a message that says what the contract demands. */
export interface ConformanceCase {
  readonly title: string
  readonly run: () => Promise<void>
}

export interface ConformanceOptions {
  /** The lease of claims that must lapse, in ms, far above what a call takes. 400 by default. */
  readonly leaseMs?: number | undefined
  /** Lets time pass for the clock of what is tested. Real time by default. */
  readonly sleep?: ((ms: number) => Promise<void>) | undefined
}

/** What each check of a suite is given. */
export interface Subject<T> {
  /** What is tested. */
  readonly subject: T
  /** Another of its kind, under another prefix. */
  readonly another: () => Promise<T>
  readonly leaseMs: number
  /** Waits until a lease of `leaseMs` is over. */
  readonly lapse: () => Promise<void>
  readonly sleep: (ms: number) => Promise<void>
  /** How long the check has run at least, in ms: as the real clock says, or as much as it has slept. */
  readonly elapsedMs: () => number
}

/** Checks by the titles of their cases. */
export type Checks<T> = Readonly<Record<string, (subject: Subject<T>) => Promise<void>>>

/**
 * Makes cases of checks; `create` is called for each of them with a prefix of its own.
 *
 * @param maker the function, as users write it
 * @throws ConfigurationError `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`
 */
export function toCases<T>(
  checks: Checks<T>,
  create: (prefix: string) => T | Promise<T>,
  options: ConformanceOptions,
  maker: string,
): readonly ConformanceCase[] {
  if (typeof create !== 'function') {
    throw new ConfigurationError(
      'OPTION_INVALID',
      `${maker} needs a function that makes what is tested: ${maker}((prefix) => …).`,
    )
  }
  const { leaseMs, sleep } = readOptions(options, maker)
  const id = Math.random().toString(36).slice(2, 10)
  return Object.entries(checks).map(([title, check], index) => ({
    title,
    run: async () => {
      const prefix = `conformance-${id}-${String(index)}`
      const subject = await create(prefix)
      const startedAt = performance.now()
      let sleptMs = 0
      const sleepAndCount = async (ms: number) => {
        await sleep(ms)
        sleptMs += ms
      }
      await check({
        subject,
        another: async () => create(`${prefix}-other`),
        leaseMs,
        lapse: () => sleepAndCount(leaseMs * 1.25),
        sleep: sleepAndCount,
        elapsedMs: () => Math.max(performance.now() - startedAt, sleptMs),
      })
    },
  }))
}

function readOptions(options: ConformanceOptions, maker: string) {
  const call = `${maker}(create, options)`
  return optionsReader(
    { call },
    () =>
      ({
        leaseMs: option(
          z._default(numberFrom(1), 400),
          'OPTION_OUT_OF_RANGE',
          `${call}: leaseMs must be a number of milliseconds, at least 1.`,
        ),
        sleep: option(
          z._default(functionOf<NonNullable<ConformanceOptions['sleep']>>(), () => realSleep),
          'OPTION_INVALID',
          `${call}: sleep must be a function that takes milliseconds and answers a promise.`,
        ),
      }) satisfies Record<keyof ConformanceOptions, Option>,
  )(options)
}

function realSleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
