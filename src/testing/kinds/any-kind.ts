import type { ErrorReason } from '../../events/types.js'
import type { SampleJson, SampleInput } from './body.js'
import type { CallbackBody, Stated } from './kind.js'
import { code, dataOf, inData, invalid, message, type Writer } from './write.js'

/** The bodies of the events that are of no one kind. */
export interface BodiesOfAnyKind {
  error: CallbackBody<unknown>
  unknown: CallbackBody<Record<string, unknown>>
}

export interface OverridesOfAnyKind {
  error: Stated & {
    /** The provider's code, such as 400. */
    readonly code?: number | undefined
    /** In place of `code`: the code that means this. */
    readonly reason?: Exclude<ErrorReason, 'empty' | 'unknown'> | undefined
    /** The inner code, in `data`. */
    readonly errorCode?: number | null | undefined
  }
  unknown: Stated & {
    /** The provider's code, such as 200. */
    readonly code?: number | undefined
    /** Fields of the body's `data`. */
    readonly data?: Readonly<Record<string, unknown>> | undefined
  }
}

/** A result that no page describes. */
export function unknownBody({ taskId }: SampleInput): SampleJson {
  return { code: 200, msg: 'success', data: { task_id: taskId, hologram_url: 'https://example.com/h' } }
}

export const overridesOfAnyKind: {
  readonly [Type in keyof OverridesOfAnyKind]: Readonly<Record<keyof OverridesOfAnyKind[Type], Writer>>
} = {
  error: {
    message,
    code,
    reason: (body, value, { call }) => {
      const found = CODES.get(value)
      if (found === undefined) throw invalid(`${call} must be one of: ${[...CODES.keys()].join(', ')}.`)
      body.code = found
    },
    errorCode: inData('errorCode'),
  },

  unknown: {
    message,
    code,
    data: (body, value) => Object.assign(dataOf(body), value),
  },
}

/** The documented code of each reason that has one. */
const CODES: ReadonlyMap<unknown, number> = new Map([
  ['refused', 400],
  ['timeout', 408],
  ['conflict', 413],
  ['source', 451],
  ['server', 500],
  ['generation', 501],
  ['refunded', 531],
])
