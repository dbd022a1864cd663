import type { Failure } from '../../wire.js'

/** What the provider says of a task that failed. */
export function FailureNote({ failure }: { readonly failure: Failure }) {
  const { reason, message, code, errorCode } = failure
  const codes = [
    code === null ? null : `code ${String(code)}`,
    errorCode === null ? null : `error code ${String(errorCode)}`,
  ]
  return (
    <section class="note note-bad" aria-label="Failure">
      <h3>The provider says that it failed: {reason}</h3>
      {message !== null && <p>{message}</p>}
      <p class="faint">{codes.filter(Boolean).join(', ')}</p>
    </section>
  )
}
