import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { adapters, type Adapter } from './adapters.js'
import type { Case } from './case.js'
import { addresses } from './cases/addresses.js'
import { bodies } from './cases/bodies.js'
import { connections, earlyRefusals, methods } from './cases/connections.js'
import { contentTypes, encodings, framings } from './cases/content.js'
import { outcomes } from './cases/outcomes.js'
import { parsers } from './cases/parsers.js'
import { signatures } from './cases/signatures.js'
import { MatrixTable } from './matrix-table.js'
import { runCase, type Seen } from './run-case.js'

/** The rows of the matrix; its columns are the adapters. */
const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  'a body': bodies,
  'a content type': contentTypes,
  'a content encoding': encodings,
  'a length': framings,
  'a body parser before': parsers,
  'a method': methods,
  'an address': addresses,
  'a signature': signatures,
  'refused before its large body': earlyRefusals,
  'a connection': connections,
  'an outcome': outcomes,
}

const table = new MatrixTable(adapters.map(({ name }) => name))
const complaints: unknown[] = []
const complain = (what: unknown) => complaints.push(what)

beforeAll(() => {
  process.on('warning', complain)
  process.on('unhandledRejection', complain)
})

afterEach(() => {
  expect(complaints.splice(0)).toEqual([])
})

afterAll(() => {
  process.off('warning', complain)
  process.off('unhandledRejection', complain)
  console.log(table.toString())
})

describe.each(Object.entries(GROUPS))('%s', (group, cases) => {
  test.each(cases.map((line) => [toTitle(line), line] as const))('%s', async (_title, line) => {
    const note = table.addRow(group, line)
    const able = adapters.filter(({ hasNodeRequest }) => hasNodeRequest || !needsNodeRequest(line))
    const seen = await Promise.all(
      able.map(async (adapter) => {
        const result = await runCase(line, adapter)
        note(adapter.name, result.answers)
        return [adapter.name, comparable(result, adapter)] as const
      }),
    )
    const expected = able.map((adapter) => [adapter.name, comparable(toExpected(line, adapter.name), adapter)])
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(expected))
  })
})

/** What happens to a request of node:http before the adapter sees it. */
function needsNodeRequest({ parser, before }: Case): boolean {
  return parser !== undefined || before !== undefined
}

/** Without what is not the adapter's, but its server's: whether the connection is closed behind an answer. */
function comparable(seen: Seen, { hasNodeRequest }: Adapter): Seen {
  return hasNodeRequest ? seen : { ...seen, answers: seen.answers.replace(/, closed$/, '') }
}

function toTitle({ title, expected, unlike = [] }: Case): string {
  const others = unlike.map((one) => `, by ${one.adapters.join(' and ')} ${one.expected}`)
  return `${title} is answered ${expected}${others.join('')}`
}

function toExpected({ expected, unlike, events, claims, afterwards }: Case, name: Adapter['name']): Seen {
  const answers = unlike?.findLast(({ adapters }) => adapters.includes(name))?.expected ?? expected
  const count = events ?? answers.split(', ').filter((answer) => answer === '200 received').length
  return { answers, events: count, claims: claims ?? count, afterwards: afterwards ?? '200 received' }
}
