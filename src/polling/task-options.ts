import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { functionOf, numberFrom, option, optionsReader, readElsewhere, type Option } from '../errors/read-options.js'
import { readMetadata } from '../events/metadata.js'
import type { Kind, Metadata, SunoEvent } from '../events/types.js'
import { LONGEST_TIMER_MS } from '../time/timer-list.js'
import type { LookedAt } from './look.js'
import { signalOption } from './signal-option.js'
import { checkTask } from './task-name.js'

/** A task, as it is named to a poller. */
export interface TaskToWatch {
  readonly kind: Kind
  readonly taskId: string
  /** What listeners get as `event.metadata`, where neither the list nor the record knows it. */
  readonly metadata?: Metadata | undefined
  /** When it was submitted: now by default for `watch`, else what the list knows. */
  readonly submittedAt?: Date | undefined
}

export interface TaskToCheck extends TaskToWatch {
  readonly signal?: AbortSignal | undefined
}

export interface TaskToWaitFor extends TaskToCheck {
  /** How long to wait, in ms: 600,000 by default, ten minutes. */
  readonly timeoutMs?: number | undefined
  /** Gets the events of the stages before the last, each once, whether they came by callback or by record. */
  readonly onProgress?: ((event: SunoEvent) => unknown) | undefined
}

/** @throws ConfigurationError */
export function readTaskToWatch(given: TaskToWatch): LookedAt {
  return toTask(readWatch(given), 'watch(task)')
}

/**
 * @param call the method that got it
 * @throws ConfigurationError
 */
export function readTaskToCheck(
  given: TaskToCheck,
  call: keyof typeof readers,
): { task: LookedAt; signal: AbortSignal | undefined } {
  const { signal, ...task } = readers[call](given)
  return { task: toTask(task, `${call}(task)`), signal }
}

/** @throws ConfigurationError */
export function readTaskToWaitFor(given: TaskToWaitFor) {
  const { signal, timeoutMs, onProgress, ...task } = readWaitFor(given)
  return { task: toTask(task, 'waitFor(task)'), signal, timeoutMs, onProgress }
}

/** @throws ConfigurationError */
export function checkRows(rows: unknown): void {
  if (typeof rows === 'object' && rows !== null && (Symbol.iterator in rows || Symbol.asyncIterator in rows)) return
  const message = 'sweep(tasks): tasks must be a list or an async iterable of rows such as { kind: "music", taskId }.'
  throw new ConfigurationError('TASK_INVALID', message)
}

/**
 * A row of `sweep`, which may have more columns.
 *
 * @throws ConfigurationError
 */
export function readRow(row: TaskToWatch): LookedAt {
  const { kind, taskId, metadata, submittedAt } = Object(row) as TaskToWatch
  return readTaskToCheck({ kind, taskId, metadata, submittedAt }, 'sweep').task
}

function toTask({ kind, taskId, metadata, submittedAt }: ReturnType<typeof readWatch>, call: string): LookedAt {
  checkTask({ kind, taskId }, call)
  return { kind, taskId, metadata: readMetadata(metadata, call), submittedAt: submittedAt ?? null }
}

function taskShape(call: string) {
  return {
    kind: readElsewhere<Kind>() as Option<z.ZodMiniType<Kind>>,
    taskId: readElsewhere<string>() as Option<z.ZodMiniType<string>>,
    metadata: readElsewhere<Metadata>(),
    submittedAt: option(z.optional(z.date()), 'OPTION_INVALID', `${call}: submittedAt must be a valid Date.`),
  } satisfies Record<keyof TaskToWatch, Option>
}

const EXAMPLE = '{ kind: "music", taskId }'

const readWatch = optionsReader({ call: 'watch(task)', example: EXAMPLE }, () => taskShape('watch'))

const readers = { check: checkReader('check'), read: checkReader('read'), sweep: checkReader('sweep') }

function checkReader(call: string) {
  return optionsReader(
    { call: `${call}(task)`, example: EXAMPLE },
    () => ({ ...taskShape(call), signal: signalOption(call) }) satisfies Record<keyof TaskToCheck, Option>,
  )
}

const readWaitFor = optionsReader(
  { call: 'waitFor(task)', example: EXAMPLE },
  () =>
    ({
      ...taskShape('waitFor'),
      signal: signalOption('waitFor'),
      timeoutMs: option(
        z._default(numberFrom(0, LONGEST_TIMER_MS), 600_000),
        'OPTION_OUT_OF_RANGE',
        `waitFor: timeoutMs must be a number of milliseconds from 0 to ${String(LONGEST_TIMER_MS)}.`,
      ),
      onProgress: option(
        z.optional(functionOf<(event: SunoEvent) => unknown>()),
        'OPTION_INVALID',
        'waitFor: onProgress must be a function.',
      ),
    }) satisfies Record<keyof TaskToWaitFor, Option>,
)

export const readSweepOptions = optionsReader({ call: 'sweep(tasks, options)', example: '{ signal }' }, () => ({
  signal: signalOption('sweep'),
}))
