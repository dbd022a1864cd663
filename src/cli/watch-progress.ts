import type { TaskCheck } from '../polling/index.js'
import { oneLine } from '../log/log-fields.js'
import { ageOf } from './event-line.js'

/** How far a watch is: what shows that it lives. */
export class WatchProgress {
  #over = 0
  #asked = 0
  #answeredAt: number | null = null
  /** What keeps it from going on; empty where nothing does. */
  #problem = ''

  constructor(private readonly tasks: number) {}

  note(check: TaskCheck): void {
    this.#asked++
    if (check.status === 'done') this.#over++
    if (check.status !== 'unanswered') this.#answeredAt = performance.now()
    this.#problem = problemOf(check)
  }

  /** `0 of 2 tasks over; asked 7 times, the last answer 3 s ago; …` */
  toText(): string {
    const answered = this.#answeredAt === null ? 'no answer yet' : `the last answer ${ageOf(this.#answeredAt)} ago`
    const over = `${String(this.#over)} of ${String(this.tasks)} ${this.tasks === 1 ? 'task' : 'tasks'} over`
    const parts = [over, `asked ${String(this.#asked)} times, ${answered}`, this.#problem]
    return parts.filter((part) => part !== '').join('; ')
  }
}

function problemOf(check: TaskCheck): string {
  if (check.status === 'unanswered') return oneLine(check.error.message)
  if (check.status === 'missing') return 'the provider knows no such task yet'
  return check.status === 'failed' ? 'the app did not take the last event: it is tried again' : ''
}
