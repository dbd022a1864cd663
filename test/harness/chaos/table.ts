import type { Figures, Verdict } from './verdict.js'

/** The figures of a run, a line each. */
export function toTable(title: string, { figures, abandoned, violations }: Verdict): string {
  const rows = toRows(figures)
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    `\n${title}`,
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...abandoned.map((line) => `  abandoned: ${line}`),
    ...violations.slice(0, MOST_LINES).map((line) => `  VIOLATION: ${line}`),
    ...(violations.length > MOST_LINES ? [`  and ${String(violations.length - MOST_LINES)} more violations`] : []),
  ].join('\n')
}

const MOST_LINES = 50

function toRows(figures: Figures): readonly (readonly [string, string])[] {
  const excused = Object.values(figures.doubled).reduce((sum, count) => sum + count, 0)
  return [
    ['tasks', String(figures.tasks)],
    ['callbacks', String(figures.callbacks)],
    ['attempts', `${String(figures.attempts)}: ${toList(figures.results)}`],
    ['outcomes', toList(figures.outcomes)],
    ['receivers killed', String(figures.kills)],
    ['receivers paused', String(figures.pauses)],
    ['store killed and restarted', String(figures.serverKills)],
    ['store cut off or locked', String(figures.otherStoreFaults)],
    ['listeners failed or dawdled', String(figures.mishaps)],
    ['effects', String(figures.effects)],
    ['repeats absorbed', String(figures.absorbed)],
    ['stale', String(figures.stale)],
    ['doubled, excused', `${String(excused)}: ${toList(figures.doubled)}`],
    ['doubled, not excused', String(figures.doubledUnexcused)],
    ['lost', String(figures.lost)],
    ['abandoned', String(figures.abandoned)],
    ['seconds', figures.seconds.toFixed(1)],
  ]
}

function toList(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${String(count)}`)
    .join(', ')
}
