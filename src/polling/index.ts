export { memoryTasks } from './memory-tasks.js'
export type { AsyncTaskList, LentTask, TaskList, TaskName, WatchedTask } from './task-list.js'
