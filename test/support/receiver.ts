import { SunoCallbacks, type Logger, type Outcome, type SunoCallbacksOptions } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'

export interface LogLine {
  readonly level: keyof Logger
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>> | undefined
}

/** A logger that keeps its lines. */
export function keepingLogger(): Required<Logger> & { readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const level =
    (name: keyof Logger) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void => {
      lines.push({ level: name, message, fields })
    }
  return { lines, error: level('error'), warn: level('warn'), info: level('info'), debug: level('debug') }
}

/** An instance that accepts anything and says nothing. */
export function receiver(options: SunoCallbacksOptions = {}): SunoCallbacks {
  return new SunoCallbacks({ verify: false, logger: false, ...options })
}

/** One `music:complete` of a task. */
export function deliver(
  suno: SunoCallbacks,
  taskId = 'task-1',
  body: object = sample('music:complete', { taskId }),
): Promise<Outcome> {
  // No probe has no signature.
  return suno.receive({ body, kind: 'music' }) as Promise<Outcome>
}

/** A promise and what settles it. */
export function deferred<T = void>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: unknown) => void
} {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
