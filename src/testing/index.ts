export { sample } from './sample.js'
export type { SampleOptions } from './sample.js'
export type { Provider } from './samples.js'
