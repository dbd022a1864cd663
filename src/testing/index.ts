export { sample } from './sample.js'
export type { SampleOptions } from './sample.js'
export type { SampleBody, SampleOverrides } from './kinds/index.js'
export type { ProviderName } from '../polling/endpoints.js'
export { sampleEvent } from './sample-event.js'
export type { SampleEventOptions } from './sample-event.js'
export { storeConformance } from './store-conformance.js'
export { taskListConformance } from './task-list-conformance.js'
export { destinationConformance } from './destination-conformance.js'
export type { ConformanceCase, ConformanceOptions } from './conformance/suite.js'
export { simulatedProvider } from './simulated-provider.js'
export type { SimulatedProvider } from './simulated-provider.js'
export type { ListeningProvider } from './server/listening-provider.js'
export type { ListenOptions, RecordFaults } from './server/listen-options.js'
export type { KeptCallback, KeptTask } from './server/kept-task.js'
export type { SimulatedTask } from './simulated-task.js'
export type { SimulatedProviderOptions, TaskPlan } from './simulated-provider-options.js'
export type { PlannedCallback, PlannedTask } from './plan.js'
export type { AttemptResult, Cut, Fault } from './attempt.js'
export type {
  AttemptReport,
  CallbackReport,
  SimulationProgress,
  SimulationReport,
  SimulationTotals,
} from './simulation-report.js'
