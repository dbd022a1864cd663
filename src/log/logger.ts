/** Where the library writes. `fields` are plain data; an error is in `fields.error`. */
export interface Logger {
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  info?(message: string, fields?: Readonly<Record<string, unknown>>): void
  debug?(message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** Whether it can be the option `logger`. */
export function isLogger(logger: unknown): boolean {
  const levels = logger as Partial<Logger> | false | null
  return levels === false || (typeof levels?.error === 'function' && typeof levels.warn === 'function')
}

/** Said of what cannot. */
export const LOGGER_INVALID =
  'logger must be an object with error(message, fields) and warn(message, fields), or false for silence.'

/** Warnings and errors to the console. */
export const consoleLogger: Logger = {
  error: (message, fields) => console.error(`suno-callbacks: ${message}`, ...(fields === undefined ? [] : [fields])),
  warn: (message, fields) => console.warn(`suno-callbacks: ${message}`, ...(fields === undefined ? [] : [fields])),
}

export const silentLogger: Logger = { error: () => undefined, warn: () => undefined }

/** The same levels, whose own faults cannot change what becomes of a delivery, nor end the process. */
export function guarded(logger: Logger): Logger {
  const level =
    (name: keyof Logger) =>
    (...line: Parameters<Logger['error']>): void => {
      try {
        // An async logger may reject. That of Nest would write `undefined` where there are no fields.
        Promise.resolve<unknown>(logger[name]?.(...line)).catch(ignore)
      } catch {
        // There is nowhere left to write it.
      }
    }
  return {
    error: level('error'),
    warn: level('warn'),
    ...(logger.info && { info: level('info') }),
    ...(logger.debug && { debug: level('debug') }),
  }
}

function ignore(): void {
  // There is nowhere left to write it.
}
