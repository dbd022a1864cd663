/** What a log line is about: the words of an event, or of an outcome that has come that far. */
export type LogSubject = Readonly<Record<'type' | 'kind' | 'taskId' | 'key', string | null>>

/** What the log says of an event or an outcome. The task id is the only text of a stranger's in it; keys are safe by themselves. */
export function toLogFields({ type, kind, taskId, key }: LogSubject): LogSubject {
  return { type, kind, taskId: taskId === null ? null : oneLine(taskId), key }
}

/**
 * A stranger's text for the log: short, and without the characters with which it could forge another line or change what a terminal shows: controls, separators
 * of lines, marks of direction, halves of characters. They become `\u{…}`; util.inspect would let some of them through.
 */
export function oneLine(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
  return short.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${(one.codePointAt(0) as number).toString(16)}}`)
}

/** The providers' ids have 32 to 36 characters. */
const MAX_LENGTH = 128
