import type { Alarm, Alarms, Waiting } from '../time/timer-list.js'
import type { SunoEvent } from '../events/types.js'
import type { Outcome, Verdict } from '../outcome/outcome.js'
import { TOO_SLOW } from './read-body.js'
import type { Handled } from '../handling/run.js'
import { Budget } from '../time/time.js'
import { toBodyVerdict, toVerdict, unavailable, VERIFIER_TOO_SLOW, type Seen } from './verdict.js'

/** The steps of a delivery's way that can take time. */
export type Step =
  | { readonly is: 'reading'; readonly address: Seen }
  | { readonly is: 'verifying'; readonly read: Seen }
  | { readonly is: 'handling'; readonly event: SunoEvent; readonly handling: Handled }

/** What a reply needs of the instance that it belongs to. */
export interface ReplyContext {
  /** Of the deadline. */
  readonly deadlines: Alarms
  /** Sees every outcome. */
  readonly onOutcome: (outcome: Outcome) => void
}

/** The one answer of a delivery: the verdict that its way ends with or, when its time is over before, what can be said by then. */
export class Reply implements Waiting {
  /** Never rejects. */
  readonly outcome: Promise<Outcome>
  readonly budget: Budget
  /** Where the delivery is on its way. An object, not a function: Node 20 keeps what functions in fields can see for too long. */
  step: Step = START
  readonly #context: ReplyContext
  #resolve!: (outcome: Outcome) => void
  #deadline: Alarm | null = null
  #isGiven = false

  constructor(context: ReplyContext) {
    this.#context = context
    this.budget = new Budget(context.deadlines.ms)
    this.outcome = new Promise((resolve) => (this.#resolve = resolve))
  }

  /** Whether the delivery is answered: nothing more needs to be done for it. */
  get isGiven(): boolean {
    return this.#isGiven
  }

  /** Answers, unless that was done before. */
  give(verdict: Verdict): void {
    if (this.#isGiven) return
    this.#isGiven = true
    this.#deadline?.stop()
    const outcome: Outcome = { durationMs: this.budget.spentMs, ...verdict }
    this.#context.onOutcome(outcome)
    this.#resolve(outcome)
  }

  /** For what is not answered at once. */
  expect(): Promise<Outcome> {
    if (!this.#isGiven) this.#deadline = this.#context.deadlines.set(this, this.budget.startedAt)
    return this.outcome
  }

  timeIsOver(): void {
    this.give(toLateVerdict(this.step))
  }
}

/** Nothing is waited for before the body. */
const START: Step = { is: 'reading', address: {} }

/** What can be said of a delivery that has come to that step when its time is over. */
function toLateVerdict(step: Step): Verdict {
  switch (step.is) {
    case 'reading':
      return toBodyVerdict(TOO_SLOW, step.address)
    case 'verifying':
      return unavailable(VERIFIER_TOO_SLOW, step.read)
    case 'handling':
      return toVerdict(step.handling.late, step.event)
  }
}
