import type { Kind, Metadata, SunoEvent } from '../../events/types.js'
import type { Copies } from '../wire.js'

/** What a delivery was, as far as it can be repeated. */
export interface Copied {
  readonly type: SunoEvent['type'] | null
  readonly kind: Kind | null
  readonly metadata: Metadata
  /** As JSON without secrets. */
  readonly body: string
}

/** A command and a test that do the same again. They hold no signature: the command asks for a fresh URL. */
export function toCopies({ type, kind, metadata, body }: Copied): Copies {
  const pairs = Object.entries(metadata).map(([name, value]) => ` --metadata ${quoted(`${name}=${value ?? ''}`)}`)
  const url = `"$(npx suno-callbacks url ${kind ?? 'music'}${pairs.join('')})"`
  const fields = [
    ...(kind === null ? [] : [`kind: ${JSON.stringify(kind)}`]),
    "source: 'replay'",
    ...(pairs.length === 0 ? [] : [`metadata: ${JSON.stringify(metadata)}`]),
    `body: ${body}`,
  ]
  return {
    curl: `curl ${url} -H 'content-type: application/json' --data-raw ${quoted(body)}`,
    test: `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suno } from './suno.js' // your instance of SunoCallbacks, with its listeners

test(${JSON.stringify(`handles ${type ?? 'the body'}`)}, async () => {
  const outcome = await suno.handle({
${fields.map((field) => `    ${field},`).join('\n')}
  })
  assert.equal(outcome.status, 'handled')
})
`,
  }
}

/** For a shell, whatever it holds. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
