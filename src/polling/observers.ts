import type { ObserversDescription } from '../listeners/observers.js'
import type { TaskCheck, OverdueTask, Stop } from './check.js'

/** What a poller tells its observers. */
export interface PollerEvents {
  checked: TaskCheck
  overdue: OverdueTask
  stopped: Stop
}

export type PollerEventName = keyof PollerEvents

export type PollerListener<Name extends PollerEventName> = (event: PollerEvents[Name]) => unknown

export const POLLER_OBSERVERS: ObserversDescription<PollerEventName> = {
  names: ['checked', 'overdue', 'stopped'],
  call: 'poller.on(name)',
  failed: 'A listener of the poller failed; polling goes on.',
}
