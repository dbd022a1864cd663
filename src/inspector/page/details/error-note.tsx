import type { ErrorText } from '../../wire.js'

/** An error: of a delivery that was turned away, or of a listener. */
export function ErrorNote({ error }: { readonly error: ErrorText }) {
  return (
    <div class="note note-bad">
      <p>
        <strong>{error.code ?? error.name}</strong> {error.message}
      </p>
      {error.stack !== null && (
        <details>
          <summary>Stack</summary>
          <pre tabIndex={0}>{error.stack}</pre>
        </details>
      )}
    </div>
  )
}
