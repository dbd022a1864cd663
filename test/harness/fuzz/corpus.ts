import { readdirSync, readFileSync } from 'node:fs'
import { sample } from 'suno-callbacks/testing'
import { EVENT_TYPES, KINDS, PROVIDER_NAMES, ROOT } from './built.js'

/** The real bodies that are changed, as JSON: all fixtures, and each event in each provider's spelling. */
export const corpus: readonly string[] = [...fixtures(), ...samples()]

/** Every name of a field in them, for putting one field's value under another's name. */
export const fieldNames: readonly string[] = [
  ...new Set(corpus.flatMap((text) => [...text.matchAll(/"(\w+)":/g)].map(([, name = '']) => name))),
]

function fixtures(): readonly string[] {
  const folder = new URL('test/fixtures/', ROOT)
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.sort().map((name) => {
    const { body } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { readonly body: unknown }
    return JSON.stringify(body)
  })
}

function samples(): readonly string[] {
  const taskId = 'task-of-a-sample'
  return PROVIDER_NAMES.flatMap((provider) => [
    ...EVENT_TYPES.filter((type) => type !== 'error').map((type) => sample(type, { taskId, provider })),
    ...KINDS.map((kind) => sample('error', { taskId, provider, kind })),
  ]).map((body) => JSON.stringify(body))
}
