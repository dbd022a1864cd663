/** A mistake in what was typed: its message says how to mend it, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
