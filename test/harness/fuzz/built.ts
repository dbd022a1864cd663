/** The directory of the package. */
export const ROOT = new URL('.', import.meta.resolve('suno-callbacks/package.json'))

/** What the fuzz needs of the package that is not public: its kinds and events, so that new ones are tried by themselves. */
export { EVENT_TYPES, KINDS } from '../../../src/events/kinds/index.js'
export { PROVIDER_NAMES } from '../../../src/polling/endpoints.js'
export { isHit, pick, random, type Random } from '../../../src/testing/random.js'
