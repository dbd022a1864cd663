import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { schemasOf } from '../../src/events/issues.js'
import { EVENT_TYPES, KINDS, kinds } from '../../src/events/kinds/index.js'
import type { EventType, Kind } from '../../src/index.js'
import { PROVIDER_NAMES } from '../../src/polling/endpoints.js'
import { sample } from '../../src/testing/index.js'
import { fixtures } from '../support/fixtures.js'

type Documented = Exclude<EventType, 'unknown'>

/** Which documented callback of its kind each file is. Records are no callbacks. */
const EXPECTED: Readonly<Record<string, Documented>> = {
  'documented-apibox-lyrics-complete': 'lyrics:complete',
  'documented-apibox-lyrics-failure-complete-type': 'error',
  'documented-apibox-music-generate-complete': 'music:complete',
  'documented-apibox-voice-generate-success': 'voice:ready',
  'documented-kie-midi-success': 'midi:complete',
  'documented-kie-music-add-instrumental-error': 'error',
  'documented-kie-music-add-vocals-complete': 'music:complete',
  'documented-kie-music-extend-error-cn': 'error',
  'documented-kie-music-extend-text-cn': 'music:text',
  'documented-kie-music-extend-text': 'music:text',
  'documented-kie-music-generate-complete': 'music:complete',
  'documented-kie-music-generate-error': 'error',
  'documented-kie-music-replace-section-complete': 'music:complete',
  'documented-kie-music-upload-cover-complete': 'music:complete',
  'documented-kie-stems-failure': 'error',
  'documented-kie-stems-separate-vocal-success': 'stems:complete',
  'documented-kie-stems-split-stem-success': 'stems:complete',
  'documented-kie-video-success': 'video:complete',
  'documented-kie-voice-generate-success': 'voice:ready',
  'documented-kie-voice-validate-success': 'phrase:ready',
  'documented-kie-wav-failure': 'error',
  'documented-oldapibox-video-success': 'video:complete',
  'documented-sunoapi-cover-image-success': 'cover:complete',
  'documented-sunoapi-lyrics-complete': 'lyrics:complete',
  'documented-sunoapi-lyrics-error': 'error',
  'documented-sunoapi-midi-success': 'midi:complete',
  'documented-sunoapi-music-add-instrumental-complete': 'music:complete',
  'documented-sunoapi-music-add-instrumental-error': 'error',
  'documented-sunoapi-music-add-vocals-complete': 'music:complete',
  'documented-sunoapi-music-add-vocals-error': 'error',
  'documented-sunoapi-music-extend-complete': 'music:complete',
  'documented-sunoapi-music-extend-error': 'error',
  'documented-sunoapi-music-generate-complete': 'music:complete',
  'documented-sunoapi-music-generate-error': 'error',
  'documented-sunoapi-music-upload-cover-complete': 'music:complete',
  'documented-sunoapi-music-upload-extend-complete': 'music:complete',
  'documented-sunoapi-music-upload-extend-error': 'error',
  'documented-sunoapi-stems-failure': 'error',
  'documented-sunoapi-stems-separate-vocal-success': 'stems:complete',
  'documented-sunoapi-stems-split-stem-success': 'stems:complete',
  'documented-sunoapi-video-failure': 'error',
  'documented-sunoapi-video-success': 'video:complete',
  'documented-sunoapi-voice-regenerate-failure': 'error',
  'documented-sunoapi-voice-regenerate-success': 'phrase:ready',
  'documented-sunoapi-voice-validate-failure': 'error',
  'documented-sunoapi-voice-validate-success': 'phrase:ready',
  'documented-sunoapi-wav-failure': 'error',
  'documented-sunoapi-wav-success': 'wav:complete',
  'page-lyrics-failure': 'error',
  'page-lyrics': 'lyrics:complete',
  'page-music': 'music:complete',
  'page-phrase-failure': 'error',
  'page-phrase': 'phrase:ready',
  'page-video-failure': 'error',
  'page-video': 'video:complete',
  'page-voice': 'voice:ready',
  'wild-lyrics-no-errormessage': 'lyrics:complete',
  'wild-music-complete-duration-integer-and-float': 'music:complete',
  'wild-music-text-data-null': 'music:text',
  'wild-stems-split-stem-actual-comment': 'stems:complete',
  'wild-sunoapi-music-first-two-tracks-second-empty': 'music:first',
}

const callbacks = KINDS.flatMap((kind) =>
  Object.keys(schemasOf(kind)).map((type) => ({ kind, type: type as Documented })),
)

test('every kind has a schema for each of its events, and one for its failure', () => {
  for (const kind of KINDS) {
    expect(Object.keys(schemasOf(kind)).sort()).toEqual([...kinds[kind].events, 'error'].sort())
  }
})

test('the schemas of a kind are built when they are asked for, and once', () => {
  expect(schemasOf('music')).toBe(schemasOf('music'))
})

test('every callback that a page shows is in the table', () => {
  const shown = fixtures.map(({ name }) => name).filter((name) => /^(documented|page)-/.test(name))
  expect(Object.keys(EXPECTED)).toEqual(expect.arrayContaining(shown.filter((name) => !name.includes('recordinfo'))))
})

test.each(Object.entries(EXPECTED))('%s: is a documented %s', (name, type) => {
  const { kind, body } = fixture(name)
  expect(issuesOf(kind, type, body)).toEqual([])
})

test.each(Object.entries(EXPECTED).filter(([, type]) => type !== 'error'))(
  '%s: is a documented %s, and no other callback',
  (name) => {
    const { body } = fixture(name)
    const fitting = callbacks.filter(({ kind, type }) => issuesOf(kind, type, body).length === 0)
    expect(fitting.map(({ type }) => type)).toEqual([EXPECTED[name]])
  },
)

const successes = EVENT_TYPES.filter((type) => type !== 'error' && type !== 'unknown')

test.each(successes.flatMap((type) => PROVIDER_NAMES.map((provider) => [type, provider] as const)))(
  'the sample of %s by %s is as its page says',
  (type, provider) => {
    const [kind] = type.split(':') as [Kind]
    expect(issuesOf(kind, type, sample(type, { provider }))).toEqual([])
  },
)

test.each(KINDS.flatMap((kind) => PROVIDER_NAMES.map((provider) => [kind, provider] as const)))(
  'the failure of %s by %s is as its page says',
  (kind, provider) => {
    expect(issuesOf(kind, 'error', sample('error', { kind, provider }))).toEqual([])
  },
)

test('a field that no page names is no fault', () => {
  const body = { ...sample('video:complete'), trace: 1 }
  expect(issuesOf('video', 'video:complete', body)).toEqual([])
})

/** What the schema finds wrong. */
function issuesOf(kind: Kind, type: Documented, body: unknown): readonly unknown[] {
  const schema = schemasOf(kind)[type]
  if (schema === undefined) throw new Error(`${kind} has no schema for ${type}`)
  return z.safeParse(schema, body).error?.issues ?? []
}

function fixture(name: string): { readonly kind: Kind; readonly body: unknown } {
  const found = fixtures.find((one) => one.name === name)
  if (!found?.kind) throw new Error(`no fixture of a kind is called ${name}`)
  return { kind: found.kind, body: found.body }
}
