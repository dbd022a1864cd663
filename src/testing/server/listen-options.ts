import * as z from 'zod/mini'
import { functionOf, numberFrom, option, optionsReader, wholeFrom, type Option } from '../../errors/read-options.js'
import { share } from '../share-option.js'
import type { KeptTask } from './kept-task.js'

/** What a listening provider does beside what `simulatedProvider` was told. A share is a number from 0, never, to 1, always. */
export interface ListenOptions {
  /** The key that requests must carry, as `Authorization: Bearer …`. Without it, any and none will do. */
  readonly apiKey?: string | undefined
  /** The address to listen at. `127.0.0.1` by default: nobody else reaches it. */
  readonly host?: string | undefined
  /** The pause before each stage of a task, in ms of the provider's time. 25,000 by default: a song takes 75 s. */
  readonly stageGapMs?: number | undefined
  /** The share of callbacks that are never sent. 0 by default, like all shares. */
  readonly silent?: number | undefined
  /** The share of submits that are refused because there were too many: HTTP 429 at kie.ai, code 430 at the others. */
  readonly rateLimited?: number | undefined
  /** The share of submits that are refused for want of credits: code 402 at kie.ai, 429 at the others. */
  readonly withoutCredits?: number | undefined
  /** The shares of requests for a record that get something else; all together at most 1. */
  readonly recordFaults?: RecordFaults | undefined
  /** Called when a task was submitted, and after each stage and attempt: with the task as it stands, and as it stood before, or null. */
  readonly onTask?: ((task: KeptTask, before: KeptTask | null) => void) | undefined
}

export interface RecordFaults {
  /** Refused because there were too many. */
  readonly rateLimited?: number | undefined
  /** HTTP 500. */
  readonly serverError?: number | undefined
  /** No answer at all. */
  readonly hang?: number | undefined
  /** A page of HTML, with HTTP 200. */
  readonly html?: number | undefined
  /** A connection that is closed before anything is answered. */
  readonly cut?: number | undefined
}

export type RecordFault = keyof RecordFaults

export type ListenSettings = ReturnType<typeof readListenOptions>

const CALL = 'listen(port, options)'

/** @throws ConfigurationError `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN` */
export function readListenOptions(port: unknown, options: unknown) {
  const { recordFaults, ...settings } = readOptions(options)
  const { port: checkedPort } = readPort({ port })
  return { ...settings, port: checkedPort, recordFaults: readFaults(recordFaults) }
}

const readPort = optionsReader({ call: CALL }, () => ({
  port: option(wholeFrom(0, 65_535), 'OPTION_OUT_OF_RANGE', `${CALL}: port must be a whole number from 0 to 65535.`),
}))

const readOptions = optionsReader(
  { call: CALL },
  () =>
    ({
      apiKey: option(z.optional(z.string().check(z.minLength(1))), 'OPTION_INVALID', 'apiKey must be a string.'),
      host: option(z._default(z.string(), '127.0.0.1'), 'OPTION_INVALID', 'host must be a string.'),
      stageGapMs: option(
        z._default(numberFrom(0, 86_400_000), 25_000),
        'OPTION_OUT_OF_RANGE',
        'stageGapMs must be a number from 0 to 86400000.',
      ),
      silent: share('silent'),
      rateLimited: share('rateLimited'),
      withoutCredits: share('withoutCredits'),
      recordFaults: option(
        z._default(
          z.custom<object>((value) => typeof value === 'object'),
          () => ({}),
        ),
        'OPTION_INVALID',
        'recordFaults must be an object of shares.',
      ),
      onTask: option(
        z.optional(functionOf<(task: KeptTask, before: KeptTask | null) => void>()),
        'OPTION_INVALID',
        'onTask must be a function of a task.',
      ),
    }) satisfies Record<keyof ListenOptions, Option>,
)

const readFaults = optionsReader(
  { call: `${CALL}: recordFaults` },
  () =>
    ({
      rateLimited: share('recordFaults.rateLimited'),
      serverError: share('recordFaults.serverError'),
      hang: share('recordFaults.hang'),
      html: share('recordFaults.html'),
      cut: share('recordFaults.cut'),
    }) satisfies Record<RecordFault, Option>,
)
