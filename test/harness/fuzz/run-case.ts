import { performance } from 'node:perf_hooks'
import { faultOf, parseAnswers, type HttpAnswer } from './answers.js'
import type { Apps } from './apps.js'
import { checkLog } from './check-log.js'
import { checkAnswer, checkOutcomes, nameOf } from './check-outcome.js'
import { checkTwin } from './check-twin.js'
import { deliver, deliverComplete, type ReceivedOutcome } from './deliver.js'
import { expectationOf } from './expectation.js'
import { isAppName, type App, type FuzzCase } from './fuzz-case.js'
import { toChunks, toWire } from './mutate-wire.js'
import type { Records, Setup } from './setups.js'

/** What came of a case. */
export interface CaseResult {
  /** Empty, if all is as it should be. */
  readonly faults: readonly string[]
  /** The outcomes by name, and the types of the events that listeners got. */
  readonly outcomes: readonly string[]
  readonly events: readonly string[]
  readonly ms: number
}

export async function runCase(one: FuzzCase, setup: Setup, apps: Apps): Promise<CaseResult> {
  if (one.manner === 'late') await deliverComplete(one, setup.suno)
  setup.take()
  const startedAt = performance.now()
  const faults = await (isAppName(one.transport)
    ? sendToApp(one, one.transport, setup, apps)
    : giveToReceive(one, setup))
  return { ...faults, ms: performance.now() - startedAt }
}

type Result = Omit<CaseResult, 'ms'>

async function giveToReceive(one: FuzzCase, setup: Setup): Promise<Result> {
  const outcomes = await deliver(one, setup.suno)
  const records = setup.take()
  const twins = await Promise.all(records.events.map((event) => checkTwin(one, event)))
  return toResult(records, [...checkOutcomes(one, outcomes, records, expectationOf(one)), ...twins.flat()])
}

async function sendToApp(one: FuzzCase, app: App, setup: Setup, apps: Apps): Promise<Result> {
  const answers = parseAnswers(
    await apps.send(app, one.wire ?? [one.isInChunks ? toChunks(one) : toWire(one)], setup.suno),
  )
  const records = setup.take()
  const faults = answers.flatMap((answer) => faultOf(answer) ?? [])
  // What is no orderly request may be several, or none: then only what holds for any answer and any outcome is checked.
  const rest = one.wire === null ? checkOrderly(one, answers, records) : records.outcomes.flatMap(checkAnswer)
  const errors = apps.takeErrors().map((error) => `the app's error handler got ${String(error)}`)
  return toResult(records, [...faults, ...rest, ...(one.wire === null ? errors : [])])
}

function checkOrderly(one: FuzzCase, answers: readonly HttpAnswer[], records: Records): readonly string[] {
  const { outcomes } = records
  const [answer] = answers
  const [outcome] = outcomes
  if (answers.length !== 1 || outcomes.length !== 1 || answer === undefined || outcome === undefined) {
    return [`${String(answers.length)} answers to one request, of ${String(outcomes.length)} outcomes`]
  }
  const differs = isAnswerOf(answer, outcome)
    ? []
    : [`${nameOf(outcome)} is answered ${String(answer.status)} ${answer.body}`]
  return [...differs, ...checkOutcomes(one, outcomes, records, expectationOf(one))]
}

function isAnswerOf({ status, body }: HttpAnswer, outcome: ReceivedOutcome): boolean {
  const word = outcome.status === 'rejected' ? outcome.reason : status === 200 ? 'received' : outcome.status
  return body === JSON.stringify({ status: word })
}

function toResult({ events, outcomes, log }: Records, faults: readonly string[]): Result {
  return {
    faults: [...faults, ...checkLog(log)],
    outcomes: outcomes.map(nameOf),
    events: events.map(({ type }) => type),
  }
}
