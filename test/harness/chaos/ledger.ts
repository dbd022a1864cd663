import type { CallRecord, EffectRecord, MishapRecord, OutcomeRecord, Records } from './records.js'

/** The records of a run, to be asked about one event or one attempt. */
export class Ledger {
  readonly #calls: ReadonlyMap<string, readonly CallRecord[]>
  readonly #effects: ReadonlyMap<string, readonly EffectRecord[]>
  readonly #mishaps: ReadonlyMap<string, readonly MishapRecord[]>
  readonly #outcomes: ReadonlyMap<string, readonly OutcomeRecord[]>

  constructor(readonly records: Records) {
    this.#calls = grouped(records.calls, ({ key }) => key)
    this.#effects = grouped(records.effects, nameOf)
    this.#mishaps = grouped(records.mishaps, nameOf)
    this.#outcomes = grouped(records.outcomes, nameOf)
  }

  /** Every key that a store was asked about. */
  get keys(): Iterable<string> {
    return this.#calls.keys()
  }

  calls(key: string): readonly CallRecord[] {
    return this.#calls.get(key) ?? []
  }

  /** In the order of time. */
  effects(event: Named): readonly EffectRecord[] {
    return this.#effects.get(nameOf(event)) ?? []
  }

  mishaps(event: Named): readonly MishapRecord[] {
    return this.#mishaps.get(nameOf(event)) ?? []
  }

  outcomes(event: Named): readonly OutcomeRecord[] {
    return this.#outcomes.get(nameOf(event)) ?? []
  }

  /** Each event's effects of each listener. */
  get effectsByListener(): Iterable<readonly EffectRecord[]> {
    return grouped(this.records.effects, (effect) => `${effect.listener} ${nameOf(effect)}`).values()
  }
}

/** What tells the callbacks of a run apart. */
export interface Named {
  readonly type: string | null
  readonly taskId: string | null
}

function nameOf({ type, taskId }: Named): string {
  return `${String(type)} ${String(taskId)}`
}

/** In the order of their ends. */
function grouped<T extends { readonly at: number }>(
  records: readonly T[],
  by: (record: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const record of records.toSorted((one, other) => one.at - other.at)) {
    const name = by(record)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [record])
    else group.push(record)
  }
  return groups
}
