import {
  toResponse,
  type EventType,
  type Outcome,
  type RejectionReason,
  type SunoCallbacks,
  type SunoEvent,
} from 'suno-callbacks'
import { printEvent, printOutcome } from './describe.js'
import { print, printHeading, printSurprise, printTable, styled } from './print.js'
import { startReceiver, type Receiver } from './receiver.js'

/** One HTTP attempt, as the provider makes it. */
export interface Attempt {
  readonly url: string
  /** A string is sent as it is, anything else as JSON. */
  readonly body: unknown
  readonly contentType?: string
}

/** What the library promises of an attempt. */
export interface Promised {
  readonly outcome: OutcomeName
  readonly http: number
  /** The event that listeners get; absent where none of them is called. */
  readonly event?: EventType
}

type OutcomeName = Exclude<Outcome['status'], 'rejected'> | `rejected, ${RejectionReason}`

/**
 * Sends what the chapters say, prints what listeners, `outcome` and the socket report of it, and compares that with what was
 * promised.
 */
export class Story {
  readonly #receiver: Receiver
  readonly #startedAt = performance.now()
  readonly #tally = new Map<OutcomeName, { count: number; http: number }>()
  #events: SunoEvent[] = []
  #outcomes: Outcome[] = []
  #eventCount = 0
  #surprises = 0

  static async begin(): Promise<Story> {
    return new Story(await startReceiver(0, DEADLINE_MS))
  }

  private constructor(receiver: Receiver) {
    this.#receiver = receiver
    print(`An Express app receives callbacks at ${receiver.baseUrl}`)
    this.suno.on('*', (event) => {
      this.#events.push(event)
      printEvent(event)
    })
    this.suno.on('outcome', (outcome) => this.#outcomes.push(outcome))
  }

  get suno(): SunoCallbacks {
    return this.#receiver.suno
  }

  get baseUrl(): string {
    return this.#receiver.baseUrl
  }

  chapter(title: string, text: string): void {
    printHeading(title, text)
  }

  async deliver(attempt: Attempt, promised: Promised): Promise<void> {
    await this.deliverAtOnce([attempt], [promised])
  }

  /** In parallel; what is promised is promised of all together, in any order. */
  async deliverAtOnce(attempts: readonly Attempt[], promised: readonly Promised[]): Promise<void> {
    this.#events = []
    this.#outcomes = []
    const answers = await Promise.all(attempts.map(post))
    // An outcome is told before its answer is sent, so all of them are here.
    for (const outcome of this.#outcomes) this.#tell(outcome, answers)
    for (const status of answers) this.#surprise(`an answer of HTTP ${String(status)} that no outcome explains`)
    const happened = [...this.#outcomes.map(nameOf), ...this.#events.map((event) => event.type)]
    this.#compare(
      promised.flatMap(({ outcome, event }) => [outcome, ...(event === undefined ? [] : [event])]),
      happened,
    )
    this.#compare(
      promised.map(({ http }) => `HTTP ${String(http)}`),
      this.#outcomes.map((outcome) => `HTTP ${String(toResponse(outcome).status)}`),
    )
    this.#eventCount += this.#events.length
  }

  /** What the app does by itself: nothing is delivered, and no HTTP answers it. */
  async observe(work: () => Promise<unknown>, promised: readonly EventType[]): Promise<void> {
    this.#events = []
    await work()
    this.#compare(
      promised,
      this.#events.map((event) => event.type),
    )
    this.#eventCount += this.#events.length
  }

  /** The events of the last attempt, or of those that were made at once. */
  get events(): readonly SunoEvent[] {
    return this.#events
  }

  check(holds: boolean, promise: string): void {
    if (!holds) this.#surprise(`it was not so that ${promise}`)
  }

  async end(): Promise<void> {
    const left = await this.#receiver.close()
    this.check(left === 0, 'no event was left behind unfinished')
  }

  /** Answers the exit code. */
  summary(): number {
    printHeading('Summary', 'What became of the deliveries, and how they were answered.')
    const rows = [...this.#tally].map(([name, { count, http }]) => [name, String(count), String(http), MEANINGS[name]])
    printTable([['outcome', 'deliveries', 'HTTP', 'meaning'], ...rows])
    print()
    const deliveries = [...this.#tally.values()].reduce((sum, { count }) => sum + count, 0)
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1)
    const result = this.#surprises === 0 ? 'all as promised' : `${String(this.#surprises)} NOT AS PROMISED`
    const text = `${String(deliveries)} deliveries, ${String(this.#eventCount)} calls of the listener, ${seconds} s: ${result}`
    print(`  ${styled(this.#surprises === 0 ? 'green' : 'red', text)}`)
    if (this.#surprises === 0) print('  To send callbacks yourself: npm start -- --listen 3000')
    return this.#surprises === 0 ? 0 : 1
  }

  /** Takes the answer that belongs to the outcome off the list. */
  #tell(outcome: Outcome, answers: number[]): void {
    const http = toResponse(outcome).status
    const index = answers.indexOf(http)
    if (index === -1) this.#surprise(`${nameOf(outcome)} should be answered with HTTP ${String(http)}`)
    else answers.splice(index, 1)
    printOutcome(outcome, http)
    const tally = this.#tally.get(nameOf(outcome)) ?? { count: 0, http }
    this.#tally.set(nameOf(outcome), { ...tally, count: tally.count + 1 })
  }

  #compare(promised: readonly string[], happened: readonly string[]): void {
    const [wanted, seen] = [promised, happened].map((names) => names.toSorted().join(', '))
    if (wanted !== seen) this.#surprise(`promised was ${String(wanted)}; what happened was ${String(seen)}`)
  }

  #surprise(text: string): void {
    this.#surprises++
    printSurprise(text)
  }
}

/** Short, so that the chapter of the slow listener does not take the usual 8 s. */
const DEADLINE_MS = 2000

/** The providers wait 15 s for an answer. */
async function post({ url, body, contentType = 'application/json' }: Attempt): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  })
  await response.text()
  return response.status
}

function nameOf(outcome: Outcome): OutcomeName {
  return outcome.status === 'rejected' ? `rejected, ${outcome.reason}` : outcome.status
}

const MEANINGS: Readonly<Record<OutcomeName, string>> = {
  handled: 'every listener has finished',
  'handed-off': 'a queue engine has stored it',
  duplicate: 'a repeat: nothing to do',
  stale: 'an early stage after the last one: nothing to do',
  ignored: 'nobody listens for the event',
  failed: 'a listener threw: the provider tries again',
  deadline: 'a listener is still at work: the provider tries again',
  'in-flight': 'another process is still at work: the provider tries again',
  unavailable: 'the store is down, or the app is starting or closing',
  'rejected, unauthorized': 'not one of our signed URLs: the body was not read',
  'rejected, malformed': 'not JSON, or not one task',
  'rejected, not-json': 'not the content type of JSON',
  'rejected, too-large': 'larger than maxBodyBytes',
  'rejected, too-slow': 'slower than bodyTimeoutMs',
  'rejected, unrecognised': 'no known shape, and nobody listens for such',
}
