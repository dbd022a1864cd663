import type { EventType } from '../../events/types.js'
import { kinds } from '../../events/kinds/index.js'
import { attempt, type AttemptResult, type ServerConnections } from '../attempt.js'
import type { Clock } from '../clock.js'
import { hex, isHit, random } from '../random.js'
import type { SimulationSettings } from '../simulation-options.js'
import { bodyOfStage, type KeptCallback, type KeptTask, type Submit } from './kept-task.js'
import type { ListenSettings } from './listen-options.js'

export interface KeeperContext {
  readonly settings: SimulationSettings
  readonly listening: ListenSettings
  readonly clock: Clock
  readonly connections: ServerConnections
  /** Where the links of bodies point. */
  readonly filesUrl: string
}

/** Keeps the tasks that were submitted, lets them go on by the clock, and calls back. */
export class TaskKeeper {
  readonly #tasks = new Map<string, KeptTask>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #next

  constructor(private readonly context: KeeperContext) {
    const stream = (name: string) => random(context.settings.seed, `listen ${name}`)
    this.#next = {
      taskId: stream('taskId'),
      failing: stream('failing'),
      skip: stream('skip'),
      silent: stream('silent'),
    }
  }

  /** In the order of their submits. */
  get tasks(): readonly KeptTask[] {
    return [...this.#tasks.values()]
  }

  find(taskId: string): KeptTask | undefined {
    return this.#tasks.get(taskId)
  }

  /** Answers the id of the task, whose first callback comes later. */
  add(submit: Omit<Submit, 'taskId'>): string {
    const taskId = hex(32, this.#next.taskId)
    const standing = { createdAt: new Date(), completedAt: null, stage: null, body: null, isUndelivered: false }
    this.#set({ ...submit, taskId, ...standing, callbacks: [] })
    for (const oldest of this.#tasks.keys()) {
      if (this.#tasks.size <= MAX_TASKS) break
      this.#tasks.delete(oldest)
    }
    this.#follow(this.#goOn(taskId, this.#stagesOf(submit)))
    return taskId
  }

  /** Once the clock is stopped: nothing is sent any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  #stagesOf({ kind }: Pick<Submit, 'kind'>): readonly EventType[] {
    const { failing, skipStages } = this.context.settings
    const isFailing = isHit(failing, this.#next.failing)
    const stages = kinds[kind].events
    const early = stages.slice(0, -1).filter(() => !isHit(skipStages, this.#next.skip))
    return [...early, ...(isFailing ? (['error'] as const) : stages.slice(-1))]
  }

  async #goOn(taskId: string, stages: readonly EventType[]): Promise<void> {
    const { clock, listening, filesUrl } = this.context
    for (const [index, type] of stages.entries()) {
      await clock.wait(listening.stageGapMs)
      const task = this.#tasks.get(taskId)
      if (clock.isStopped || task === undefined) return
      const completedAt = index === stages.length - 1 ? new Date() : null
      const body = bodyOfStage(type, task, filesUrl)
      const isSilent = isHit(listening.silent, this.#next.silent)
      const callback: KeptCallback = { type, body, state: isSilent ? 'silent' : 'sending', attempts: [] }
      const callbacks = [...task.callbacks, callback]
      this.#change(taskId, () => ({ stage: type, body, completedAt, callbacks }))
      // A later stage does not wait for the retries of an earlier one.
      if (!isSilent) this.#follow(this.#send(task, callback, callbacks.length - 1))
    }
  }

  /** One attempt and its retries. Each result is kept, for whoever asks how far it is. */
  async #send(task: KeptTask, { type, body }: KeptCallback, index: number): Promise<void> {
    const { clock, settings } = this.context
    const attempts: AttemptResult[] = []
    const keep = (state: KeptCallback['state']) => {
      const callback: KeptCallback = { type, body, state, attempts: [...attempts] }
      this.#change(task.taskId, ({ callbacks }) => ({ callbacks: callbacks.with(index, callback) }))
    }
    for (const gapMs of [0, ...settings.retryGapsMs]) {
      await clock.wait(gapMs)
      if (clock.isStopped) return keep('stopped')
      const result = await this.#post(task, JSON.stringify(body))
      attempts.push(result)
      if (result.status === 200) return keep('delivered')
      keep('sending')
    }
    if (clock.isStopped) return keep('stopped')
    keep('abandoned')
    this.#change(task.taskId, () => ({ isUndelivered: true }))
  }

  #post({ callbackUrl, kind, taskId, provider }: KeptTask, body: string): Promise<AttemptResult> {
    const { settings, clock, connections } = this.context
    const headers = settings.headers({ kind, taskId, provider })
    const { timeoutMs } = settings
    const url = new URL(callbackUrl)
    if (RESERVED.test(url.hostname)) return Promise.resolve(NOBODY)
    return attempt({ url, body, headers, cut: null, timeoutMs }, { clock, connections })
  }

  /** Not of a task that is forgotten. */
  #change(taskId: string, change: (task: KeptTask) => Partial<KeptTask>): void {
    const task = this.#tasks.get(taskId)
    if (task !== undefined) this.#set({ ...task, ...change(task) })
  }

  #set(task: KeptTask): void {
    const before = this.#tasks.get(task.taskId) ?? null
    this.#tasks.set(task.taskId, task)
    this.context.listening.onTask?.(task, before)
  }

  #follow(work: Promise<void>): void {
    const followed = work.finally(() => this.#underWay.delete(followed))
    this.#underWay.add(followed)
  }
}

/** Names that are nobody's (RFC 2606): who submits one has no address, and wants no callback. Nothing is sent there. */
const RESERVED = /(^|\.)(example(\.com|\.net|\.org)?|invalid)$/

const NOBODY: AttemptResult = { status: null, fault: 'failed', code: 'ENOTFOUND', latencyMs: 0 }

/** Older ones are forgotten, so that a provider that is left running does not grow. */
const MAX_TASKS = 10_000
