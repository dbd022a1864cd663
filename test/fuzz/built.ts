import type * as KindsModule from '../../dist/esm/src/kinds/index.js'
import type * as RandomModule from '../../dist/esm/src/testing/random.js'
import type * as SamplesModule from '../../dist/esm/src/testing/samples.js'

/** The directory of the package. */
export const ROOT = new URL('.', import.meta.resolve('suno-callbacks/package.json'))

/** What the fuzz needs of the built package that is not public: its kinds and events, so that new ones are tried by themselves. */
export const { KINDS, EVENT_TYPES } = (await load('kinds/index.js')) as typeof KindsModule
export const { PROVIDERS } = (await load('testing/samples.js')) as typeof SamplesModule
export const { isHit, pick, random } = (await load('testing/random.js')) as typeof RandomModule

export type Random = RandomModule.Random

function load(path: string): Promise<unknown> {
  return import(new URL(`dist/esm/src/${path}`, ROOT).href)
}
