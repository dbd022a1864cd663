import { SunoCallbacks, type SunoEvent } from 'suno-callbacks'
import type { FuzzCase } from './fuzz-case.js'

/**
 * Whether the same body without its fields called `__proto__` is the same event: what a body says through the nature of objects, it
 * has not said.
 */
export async function checkTwin({ kind }: Pick<FuzzCase, 'kind'>, event: SunoEvent): Promise<readonly string[]> {
  const text = JSON.stringify(event.raw)
  if (event.type === 'unknown' || !text.includes('"__proto__"')) return []
  const body = JSON.parse(text, (name, value: unknown) => (name === '__proto__' ? undefined : value)) as object
  const suno = new SunoCallbacks({ verify: false, logger: false })
  const twins: SunoEvent[] = []
  suno.on('*', (twin) => twins.push(twin))
  await suno.receive({ kind: kind ?? event.kind ?? undefined, body })
  const [twin] = twins
  return twin !== undefined && told(twin) === told(event)
    ? []
    : [`without __proto__ it is ${twin?.type ?? 'nothing'}, with it ${event.type}`]
}

/** All of an event but what differs by itself. */
function told(event: SunoEvent): string {
  return JSON.stringify({ ...event, metadata: null, receivedAt: null, expiresAt: null, raw: null, key: null })
}
