/** What one run of the test is. */
export interface Scenario {
  readonly title: string
  readonly store: 'redis' | 'postgres' | 'sqlite'
  readonly tasks: number
  readonly seed: number
  readonly factor: number
  /** Whether things are killed, cut and locked, and listeners fail and dawdle. */
  readonly faults: boolean
  /** Whether what the store answered is on the disk. Where it is not, doubled effects are what the setting costs. */
  readonly isDurable: boolean
  /** Whether listeners write rows in transactions of `exactlyOnce`. */
  readonly once: boolean
}

export const STORES = ['redis', 'postgres', 'sqlite'] as const

export const PARTS = ['chaos', 'once', 'calm', 'weak'] as const

export type Part = (typeof PARTS)[number]

interface Sizes {
  readonly tasks: number
  readonly seed: number
  readonly factor: number
}

/** All scenarios of a store, of those parts that are asked for. */
export function scenariosOf(
  store: Scenario['store'],
  parts: readonly Part[],
  { tasks, seed, factor }: Sizes,
): readonly Scenario[] {
  const chaos = { store, tasks, seed, factor, faults: true, isDurable: true, once: false }
  const some = Math.ceil(tasks / 5)
  // There is time: nothing has to be waited for but repeats. So a machine that is busy otherwise makes no lease lapse.
  const calm = { ...chaos, tasks: some, factor: Math.min(factor, 10), faults: false }
  const weak = { ...chaos, tasks: some, isDurable: false }
  const scenarios: readonly (Scenario & { readonly part: Part })[] = [
    { ...chaos, part: 'chaos', title: `${TITLES[store]}, with faults` },
    ...(store === 'postgres'
      ? [{ ...chaos, part: 'once' as const, once: true, title: `${TITLES[store]} and exactlyOnce, with faults` }]
      : []),
    { ...calm, part: 'calm', title: `${TITLES[store]}, without faults` },
    ...(store === 'redis' ? [{ ...weak, part: 'weak' as const, title: 'Redis that keeps nothing, with faults' }] : []),
    ...(store === 'postgres'
      ? [
          { ...weak, part: 'weak' as const, title: 'Postgres with synchronous_commit off, with faults' },
          {
            ...weak,
            part: 'weak' as const,
            once: true,
            title: 'Postgres with synchronous_commit off and exactlyOnce, with faults',
          },
        ]
      : []),
  ]
  return scenarios.filter(({ part }) => parts.includes(part))
}

const TITLES: Readonly<Record<Scenario['store'], string>> = {
  redis: 'Redis (appendfsync always)',
  postgres: 'Postgres',
  sqlite: 'SQLite',
}
