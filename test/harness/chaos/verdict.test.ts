import { expect, test } from 'vitest'
import type { AttemptReport, CallbackReport } from '../../../src/testing/index.js'
import type { CallRecord, EffectRecord, MishapRecord, OutcomeRecord, Records } from './records.js'
import type { Evidence } from './run-scenario.js'
import { scaledTimes } from './times.js'
import { judge } from './verdict.js'

const TASK = 'a'.repeat(32)
const KEY = `music:complete:${TASK}`
/** When the lease of an attempt that began at 0 is long over. */
const LATER = 1_000

const PAUSE = { pid: 1, receiver: 0, from: 30, until: 900 }

const NAME = { type: 'music:complete', taskId: TASK, key: KEY }

test('an event that one attempt claimed, handled and completed is nothing to complain about', () => {
  const { figures, violations, abandoned } = judge(evidence({ records: handledBy('a') }))
  expect(violations).toEqual([])
  expect(abandoned).toEqual([])
  expect(figures).toMatchObject({ lost: 0, doubledUnexcused: 0, effects: 3, abandoned: 0 })
})

test('a callback that was answered 200 and lacks the effect of one listener is lost', () => {
  const all = handledBy('a')
  const records = { ...all, effects: all.effects.filter(({ listener }) => listener !== 'slow') }
  const { figures, violations } = judge(evidence({ records }))
  expect(figures.lost).toBe(1)
  expect(violations).toEqual([`music:complete of ${TASK} was answered 200 and has no effect`])
})

test('a callback that was never answered 200 is not lost', () => {
  const stopped = callback([attempt({ status: 503 })], { state: 'unfinished' })
  expect(judge(evidence({ callbacks: [stopped] })).figures.lost).toBe(0)
})

test('a stage that came too late needs no effect, by its outcome or by what its process heard', () => {
  const early = { type: 'music:text', taskId: TASK, key: `music:text:${TASK}` } as const
  const callbacks = [callback([attempt()], { type: 'music:text' })]
  const byOutcome = records({ outcomes: [outcome('stale', early)] })
  const byHearing = records({
    calls: [
      { ...call('claim', 'claimed', 'a', 1), key: early.key },
      { ...call('isDone', true, 'a', 2), token: null },
    ],
  })
  const heardByAnother = records({
    calls: [
      { ...call('claim', 'claimed', 'a', 1), key: early.key },
      { ...call('isDone', true, 'a', 2), token: null, pid: 2 },
    ],
  })
  expect(judge(evidence({ callbacks, records: byOutcome })).figures).toMatchObject({ lost: 0, stale: 1 })
  expect(judge(evidence({ callbacks, records: byHearing })).figures).toMatchObject({ lost: 0, stale: 1 })
  expect(judge(evidence({ callbacks, records: heardByAnother })).figures).toMatchObject({ lost: 1, stale: 0 })
})

test('effects of a second attempt after the first had completed are not excused', () => {
  const { figures, violations } = judge(evidence({ records: join(handledBy('a'), handledBy('b', LATER)) }))
  expect(figures.doubledUnexcused).toBe(3)
  expect(violations).toContain(`${KEY} was claimed by b after it had been completed`)
  expect(violations).toContain(`${KEY} was completed by 2 attempts`)
  expect(violations).toContain(`steady worked on ${KEY} again without an excuse`)
})

test('effects are excused when the first attempt was killed, and only then', () => {
  const second = handledBy('b', LATER, 2)
  const all = join(begunBy('a'), second)
  expect(judge(evidence({ records: all })).figures.doubledUnexcused).toBe(3)
  const { figures, violations } = judge(evidence({ records: all, kills: [{ pid: 1, receiver: 0, at: 50, upAt: 60 }] }))
  expect(figures).toMatchObject({ doubledUnexcused: 0, doubled: { killed: 3 } })
  expect(violations).toEqual([])
})

test('a kill excuses nothing when the attempt had completed before', () => {
  const kills = [{ pid: 1, receiver: 0, at: 50, upAt: 60 }]
  const { figures } = judge(evidence({ records: join(handledBy('a'), handledBy('b', LATER, 2)), kills }))
  expect(figures.doubledUnexcused).toBe(3)
})

test('a kill excuses nothing when another attempt had taken the key before', () => {
  const kills = [{ pid: 1, receiver: 0, at: LATER + 20, upAt: LATER + 30 }]
  const { figures } = judge(evidence({ records: join(begunBy('a'), handledBy('b', LATER, 2)), kills }))
  expect(figures.doubledUnexcused).toBe(3)
})

test.each<[string, Partial<Records>]>([
  ['listener threw', { mishaps: [mishap('threw', 'a')] }],
  ['not completed', { calls: [call('complete', 'rejected', 'a', 50)] }],
  ['lease lost', { calls: [call('renew', 'rejected', 'a', 50)] }],
])('effects are excused by: %s', (excuse, more) => {
  const all = join(join(begunBy('a'), handledBy('b', LATER)), records(more))
  expect(judge(evidence({ records: all })).figures).toMatchObject({ doubledUnexcused: 0, doubled: { [excuse]: 3 } })
})

test('a lost lease is excused when the process was paused while it had the key, and only then', () => {
  const all = join(begunBy('a'), handledBy('b', LATER, 2))
  const excused = (pause: Evidence['pauses'][number]) =>
    judge(evidence({ records: all, pauses: [pause] })).figures.doubled['lease lost']
  expect(excused(PAUSE)).toBe(3)
  expect(excused({ ...PAUSE, pid: 2 })).toBe(0)
  expect(excused({ ...PAUSE, from: -20, until: -10 })).toBe(0)
  expect(excused({ ...PAUSE, from: LATER + 50, until: LATER + 60 })).toBe(0)
})

test('an attempt that completes after another one had taken and given back the key had lost its lease', () => {
  const taken = records({
    calls: [
      call('claim', 'claimed', 'b', LATER),
      call('release', true, 'b', LATER + 20),
      call('complete', true, 'a', LATER + 40),
    ],
    effects: begunBy('b', LATER).effects,
  })
  const { figures, violations } = judge(evidence({ records: join(begunBy('a'), taken), pauses: [PAUSE] }))
  expect(figures).toMatchObject({ doubledUnexcused: 0, doubled: { 'lease lost': 3 } })
  expect(violations).toEqual([])
})

test('an effect that a paused attempt makes after another one has completed is excused by its pause', () => {
  const late = { ...begunBy('a'), effects: begunBy('a', LATER + 500).effects }
  const all = join(late, handledBy('b', LATER, 2))
  expect(judge(evidence({ records: all, pauses: [PAUSE] })).figures).toMatchObject({
    doubledUnexcused: 0,
    doubled: { 'lease lost': 3 },
  })
  expect(judge(evidence({ records: all })).figures.doubledUnexcused).toBe(3)
})

test('a key that is lent while another attempt holds it is found', () => {
  const taken = join(begunBy('a'), records({ calls: [call('claim', 'claimed', 'b', 400)] }))
  const renewed = join(
    begunBy('a'),
    records({ calls: [call('renew', true, 'a', 300), call('claim', 'claimed', 'b', 700)] }),
  )
  const given = join(taken, records({ calls: [call('release', 'rejected', 'a', 350)] }))
  // Killed before it heard that the release had worked.
  const givenUnheard = join(taken, records({ calls: [call('release', 'begun', 'a', 350)] }))
  const lapsed = join(begunBy('a'), records({ calls: [call('claim', 'claimed', 'b', 700)] }))
  const message = `${KEY} was claimed by b while another attempt held it`
  expect(judge(evidence({ records: taken })).violations).toEqual([message])
  expect(judge(evidence({ records: renewed })).violations).toEqual([message])
  expect(judge(evidence({ records: given })).violations).toEqual([])
  expect(judge(evidence({ records: givenUnheard })).violations).toEqual([])
  expect(judge(evidence({ records: lapsed })).violations).toEqual([])
})

test('a listener that works twice in one attempt, or for nobody, is found', () => {
  const once = handledBy('a')
  const twice = { ...once, effects: [...once.effects, effect('steady', 'a', 30)] }
  const stranger = { ...once, effects: [...once.effects, effect('steady', '', 30)] }
  expect(judge(evidence({ records: twice })).violations).toEqual([
    `steady worked on ${KEY} again without an excuse`,
    `steady worked on ${KEY} 2 times, in 1 attempts`,
  ])
  expect(judge(evidence({ records: stranger })).violations).toContain(
    `steady worked on ${KEY} for an attempt that never claimed it`,
  )
})

test('without faults, and with exactlyOnce, no doubled effect is excused', () => {
  const all = join(join(begunBy('a'), handledBy('b', LATER)), records({ mishaps: [mishap('threw', 'a')] }))
  const calm = { ...SCENARIO, faults: false }
  const once = { ...SCENARIO, once: true }
  for (const scenario of [calm, once]) {
    expect(judge(evidence({ records: all, scenario })).violations).toContain(`steady has ${KEY} twice`)
  }
})

test('where nothing is on the disk, doubled effects are figures, and lost ones are violations', () => {
  const scenario = { ...SCENARIO, isDurable: false }
  const doubled = judge(evidence({ records: join(handledBy('a'), handledBy('b', LATER)), scenario }))
  expect(doubled.violations).toEqual([])
  expect(doubled.figures.doubledUnexcused).toBe(3)
  expect(judge(evidence({ scenario })).violations).toHaveLength(1)
})

test('a delivery that was ignored, refused, or failed although no listener threw, is found', () => {
  const outcomes = [outcome('ignored'), outcome('failed')]
  const callbacks = [callback([attempt({ status: 401 }), attempt()])]
  const { violations } = judge(evidence({ callbacks, records: join(handledBy('a'), records({ outcomes })) }))
  expect(violations).toEqual([
    `${KEY} was ignored`,
    `music:complete of ${TASK} was refused with 401`,
    `${KEY} failed, and no listener threw`,
  ])
})

test('an abandoned callback is listed, and is a violation unless each of four attempts met a fault', () => {
  const attempts = [0, 1, 2, 3].map((retry) => attempt({ status: 503, retry, startedAtMs: retry * 1000 }))
  const abandoned = callback(attempts, { state: 'abandoned' })
  const faults = [0, 1, 2].map((n) => ({
    what: 'kill server' as const,
    receiver: null,
    from: n * 1000,
    until: n * 1000 + 5,
  }))
  const found = judge(evidence({ callbacks: [abandoned], storeFaults: faults }))
  expect(found.abandoned).toEqual([
    `music:complete of ${TASK}: 503 (kill server); 503 (kill server); 503 (kill server); 503 (NO FAULT)`,
  ])
  expect(found.violations).toEqual([`attempt 4 of music:complete of ${TASK} failed (503) without a fault`])
  const kills = [{ pid: 1, receiver: 0, at: 2990, upAt: 3010 }]
  expect(judge(evidence({ callbacks: [abandoned], storeFaults: faults, kills })).violations).toEqual([])
  const early = callback(attempts.slice(0, 3), { state: 'abandoned' })
  expect(judge(evidence({ callbacks: [early], storeFaults: faults })).violations).toEqual([
    `music:complete of ${TASK} was given up before its fourth attempt`,
  ])
})

test('an attempt that came too late on a busy machine is explained by the records of the store, of the listeners and of the machine alone', () => {
  const attempts = [0, 1, 2, 3].map((retry) => attempt({ status: 503, retry, startedAtMs: retry * 1000 }))
  const answered = [callback(attempts, { state: 'abandoned' })]
  const faults = [0, 1, 2].map((n) => ({
    what: 'mute store' as const,
    receiver: 0,
    from: n * 1000,
    until: n * 1000 + 5,
  }))
  const unexplained = (given: Records, scenario = SCENARIO, callbacks = answered) =>
    judge(evidence({ callbacks, storeFaults: faults, records: given, scenario })).violations.filter((line) =>
      line.endsWith('without a fault'),
    ).length
  const deadline = { ...outcome('deadline'), at: 3001 }
  const effects = begunBy('a', 3500).effects

  expect(unexplained(records({ outcomes: [deadline], effects }))).toBe(0)
  expect(unexplained(records({ outcomes: [deadline], effects: effects.slice(1) }))).toBe(1)
  expect(unexplained(records({ outcomes: [{ ...deadline, status: 'unavailable' }], effects }))).toBe(1)

  const earlier = [...begunBy('a', 100).effects.slice(0, 1), ...effects.slice(1)]
  const completed = [call('complete', true, 'a', 3501)]
  const once = { ...SCENARIO, once: true }
  expect(unexplained(records({ outcomes: [deadline], effects: earlier, calls: completed }), once)).toBe(0)
  expect(unexplained(records({ outcomes: [deadline], effects: earlier, calls: completed }))).toBe(1)
  expect(unexplained(records({ outcomes: [deadline], effects: earlier }), once)).toBe(1)
  expect(unexplained(records({ outcomes: [deadline], effects: earlier.slice(1), calls: completed }), once)).toBe(1)

  const stall = { pid: 1, port: 20_000, from: 2900, until: 3100 }
  expect(unexplained(records({ stalls: [stall] }))).toBe(0)
  expect(unexplained(records({ stalls: [{ ...stall, port: 20_001 }] }))).toBe(1)
  expect(unexplained(records({ stalls: [{ ...stall, until: 2950 }] }))).toBe(1)

  const renewal = call('renew', 'rejected', 'a', 3001)
  const slowRenewal = { ...renewal, startedAt: 3001 - scaledTimes(30).callTimeoutMs }
  expect(unexplained(records({ outcomes: [deadline], calls: [slowRenewal] }))).toBe(0)
  expect(unexplained(records({ outcomes: [deadline], calls: [renewal] }))).toBe(1)

  const claim = call('claim', 'rejected', 'a', 3001)
  const slow = { ...claim, startedAt: 3001 - scaledTimes(30).callTimeoutMs }
  const unavailable = outcome('unavailable')
  expect(unexplained(records({ outcomes: [unavailable], calls: [slow] }))).toBe(0)
  expect(unexplained(records({ outcomes: [unavailable], calls: [claim] }))).toBe(1)
  const outlasted = attempts.map((one) => ({ ...one, status: null, fault: 'timeout' as const }))
  const unanswered = [callback(outlasted, { state: 'abandoned' })]
  expect(unexplained(records({ outcomes: [unavailable], calls: [slow] }), SCENARIO, unanswered)).toBe(0)
  expect(unexplained(records({ outcomes: [unavailable], calls: [claim] }), SCENARIO, unanswered)).toBe(1)
  const another = { ...slow, key: 'music:complete:another' }
  expect(unexplained(records({ outcomes: [unavailable], calls: [claim, another] }))).toBe(0)
  expect(unexplained(records({ outcomes: [unavailable], calls: [claim, { ...another, pid: slow.pid + 1 }] }))).toBe(1)
  expect(unexplained(records({ outcomes: [unavailable], calls: [another] }))).toBe(1)
})

test('a callback that is unfinished at the end is found', () => {
  const callbacks = [callback([attempt({ status: 503 })], { state: 'unfinished' })]
  expect(judge(evidence({ callbacks })).violations).toEqual([`music:complete of ${TASK} is unfinished`])
})

const SCENARIO: Evidence['scenario'] = {
  title: 'a test',
  store: 'redis',
  part: 'chaos',
  tasks: 1,
  seed: 1,
  factor: 30,
  gapFactor: 1,
  faults: true,
  isDurable: true,
  once: false,
}

type Given = Partial<Omit<Evidence, 'report'>> & { readonly callbacks?: readonly CallbackReport[] }

function evidence({ callbacks = [callback([attempt()])], ...given }: Given): Evidence {
  return {
    scenario: SCENARIO,
    times: scaledTimes(30),
    report: {
      seed: 1,
      callbacks,
      totals: {
        tasks: 1,
        callbacks: callbacks.length,
        delivered: 0,
        abandoned: 0,
        unfinished: 0,
        attempts: 0,
        results: {},
        latencyMs: { median: null, p99: null },
        durationMs: 0,
      },
    },
    startedAt: 0,
    records: records({}),
    kills: [],
    pauses: [],
    storeFaults: [],
    ports: [20_000, 20_001, 20_002],
    seconds: 1,
    directory: '',
    ...given,
  }
}

function callback(attempts: readonly AttemptReport[], more: Partial<CallbackReport> = {}): CallbackReport {
  const task = { kind: 'music', taskId: TASK, provider: 'sunoapi' } as const
  return { ...task, type: 'music:complete', body: {}, state: 'delivered', attempts, ...more }
}

function attempt(more: { status?: number; retry?: number; startedAtMs?: number } = {}): AttemptReport {
  const { status = 200, retry = 0, startedAtMs = 0 } = more
  const address = 'http://127.0.0.1:20000/suno/music'
  return { status, fault: null, code: null, latencyMs: 1, address, sending: 'original', retry, copy: 0, startedAtMs }
}

function records(some: Partial<Records>): Records {
  return { calls: [], effects: [], mishaps: [], outcomes: [], requests: [], stalls: [], ...some }
}

function join(one: Records, other: Records): Records {
  return {
    calls: [...one.calls, ...other.calls],
    effects: [...one.effects, ...other.effects],
    mishaps: [...one.mishaps, ...other.mishaps],
    outcomes: [...one.outcomes, ...other.outcomes],
    requests: [...one.requests, ...other.requests],
    stalls: [...one.stalls, ...other.stalls],
  }
}

/** An attempt that does all there is to do. */
function handledBy(token: string, at = 0, pid = 1): Records {
  const completed = records({ calls: [call('complete', true, token, at + 40, pid)] })
  return join(begunBy(token, at, pid), completed)
}

/** An attempt of which nothing is heard after the effects. */
function begunBy(token: string, at = 0, pid = 1): Records {
  return records({
    calls: [call('claim', 'claimed', token, at + 10, pid)],
    effects: ['steady', 'flaky', 'slow'].map((listener) => effect(listener, token, at + 20, pid)),
  })
}

function call(name: CallRecord['call'], result: CallRecord['result'], token: string, at: number, pid = 1): CallRecord {
  return { pid, call: name, key: KEY, token, result, startedAt: at - 1, at }
}

function effect(listener: string, token: string, at: number, pid = 1): EffectRecord {
  return { ...NAME, pid, listener, token, at }
}

function mishap(kind: MishapRecord['mishap'], token: string): MishapRecord {
  return { ...NAME, pid: 1, listener: 'flaky', mishap: kind, token, at: 15, until: 18 }
}

function outcome(status: string, name: { type: string; taskId: string; key: string } = NAME): OutcomeRecord {
  return { ...name, pid: 1, status, at: 50 }
}
