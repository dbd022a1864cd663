/** What one run of the test is. */
export interface Scenario extends Sizes, Kind {
  /** Whether things are killed, cut and locked, and listeners fail and dawdle. */
  readonly faults: boolean
  /** Whether what the store answered is on the disk. Where it is not, doubled effects are what the setting costs. */
  readonly isDurable: boolean
}

export interface Sizes {
  readonly tasks: number
  readonly seed: number
  /** By how much all times are divided. */
  readonly factor: number
  /** By how much the gaps between the provider's attempts are divided besides: most of a run is waiting for them. */
  readonly gapFactor: number
}

interface Kind {
  readonly title: string
  readonly store: (typeof STORES)[number]
  readonly part: Part
  /** Whether listeners write rows in transactions of `exactlyOnce`. */
  readonly once: boolean
  /** What its figures say, where that is not plain. */
  readonly note?: string
}

export const STORES = ['redis', 'postgres', 'sqlite'] as const

/** `chaos` and `once`: with faults. `calm`: without. `weak`: with faults, and a server that does not write everything to the disk. */
export const PARTS = ['chaos', 'once', 'calm', 'weak'] as const

export type Part = (typeof PARTS)[number]

/** The scenarios of these stores and parts. */
export function scenariosOf(
  stores: readonly Kind['store'][],
  parts: readonly Part[],
  sizes: Sizes,
): readonly Scenario[] {
  const chosen = KINDS.filter(({ store, part }) => stores.includes(store) && parts.includes(part))
  return chosen.map((kind) => ({ ...kind, ...sizesOf(kind.part, sizes), ...BY_PART[kind.part] }))
}

function sizesOf(part: Part, sizes: Sizes): Sizes {
  const { tasks, factor } = sizes
  if (part === 'chaos') return sizes
  // Each listener has a connection of its own, and after each kill all of them are opened again: two cores take no more of that.
  if (part === 'once') return { ...sizes, tasks: Math.min(tasks, 2_500) }
  const some = Math.ceil(tasks / 5)
  // Without faults there is time: nothing has to be waited for but repeats. A machine busy otherwise then makes no lease lapse.
  return { ...sizes, tasks: some, factor: part === 'calm' ? Math.min(factor, 10) : factor }
}

const BY_PART: Readonly<Record<Part, Pick<Scenario, 'faults' | 'isDurable'>>> = {
  chaos: { faults: true, isDurable: true },
  once: { faults: true, isDurable: true },
  calm: { faults: false, isDurable: true },
  weak: { faults: true, isDurable: false },
}

const FORGETS =
  'What the server forgets when it is killed comes again and is handled again: that is "doubled, not excused". ' +
  'Nothing is lost, for these effects are elsewhere.'
const LOSES =
  'The effects are rows in this database: those that the server forgets after their callback was answered 200 are "lost".'

const KINDS: readonly Kind[] = [
  { store: 'redis', part: 'chaos', once: false, title: 'Redis (appendfsync always), with faults' },
  { store: 'redis', part: 'calm', once: false, title: 'Redis (appendfsync always), without faults' },
  { store: 'redis', part: 'weak', once: false, title: 'Redis (appendonly no), with faults', note: FORGETS },
  { store: 'postgres', part: 'chaos', once: false, title: 'Postgres, with faults' },
  { store: 'postgres', part: 'once', once: true, title: 'Postgres and exactlyOnce, with faults' },
  { store: 'postgres', part: 'calm', once: false, title: 'Postgres, without faults' },
  {
    store: 'postgres',
    part: 'weak',
    once: false,
    title: 'Postgres (synchronous_commit off), with faults',
    note: FORGETS,
  },
  {
    store: 'postgres',
    part: 'weak',
    once: true,
    title: 'Postgres (synchronous_commit off) and exactlyOnce, with faults',
    note: LOSES,
  },
  { store: 'sqlite', part: 'chaos', once: false, title: 'SQLite, with faults' },
  { store: 'sqlite', part: 'calm', once: false, title: 'SQLite, without faults' },
]
