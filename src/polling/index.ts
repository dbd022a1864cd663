export { providerClient } from './provider-client.js'
export type {
  ProviderClient,
  ProviderClientOptions,
  RequestOptions,
  RecordOptions,
  SubmitOptions,
} from './provider-client.js'
export type { ProviderName, SubmitPath } from './endpoints.js'
export type { RecordAnswer } from './read-answer.js'
export { ProviderError } from './provider-error.js'
export type { ProviderCode, ProviderErrorDetails } from './provider-error.js'
export { memoryTasks } from './memory-tasks.js'
export type { AsyncTaskList, LentTask, TaskList, TaskName, WatchedTask } from './task-list.js'
export { recordPoller } from './record-poller.js'
export type { RecordPoller } from './poller.js'
export type { SubmittedTask } from './submit-task.js'
export type { RecordPollerOptions } from './poller-options.js'
export type { PollerSubmitOptions } from './poller-submission.js'
export type { TaskToCheck, TaskToWaitFor, TaskToWatch } from './task-options.js'
export type { TaskCheck, TaskCheckStatus, OverdueTask, Stop } from './check.js'
export type { SweepReport } from './sweep.js'
export type { PollingReceiver } from './look.js'
export type { PollerEventName, PollerEvents, PollerListener } from './observers.js'
export type { PollingMode } from './schedule.js'
