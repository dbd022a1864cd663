import { describe, expect, test } from 'vitest'
import { median, toMarkdown, toTargetTable, type Target } from './report.js'
import { checkCounts } from './round.js'

describe('a round has no figures', () => {
  const noted = (answered: number, failed: number, expected: number, events: number) => () =>
    checkCounts({ answered, failed }, expected, events)

  test('when a request failed', () => expect(noted(99, 1, 99, 99)).toThrow('1 requests failed'))
  test('when no request was answered', () => expect(noted(0, 0, 0, 0)).toThrow('No request was answered'))
  test('when an event was missed, came twice, or was forged', () => {
    expect(noted(100, 0, 100, 99)).toThrow('99 events instead of 100')
    expect(noted(100, 0, 100, 101)).toThrow('101 events instead of 100')
    expect(noted(100, 0, 0, 1)).toThrow('1 events instead of 0')
    expect(noted(100, 0, 100, 100)).not.toThrow()
  })
})

test('a target is met at its limit, and missed beyond it', () => {
  const target = (want: Target['want'], value: number): Target => ({ what: 'it', want, value, limit: 2 })
  const { rows } = toTargetTable([
    target('at least', 2),
    target('at least', 1.99),
    target('at most', 2),
    target('at most', 2.01),
  ])
  expect(rows.map((cells) => cells.at(-1))).toEqual(['met', 'missed', 'met', 'missed'])
})

test('tables are aligned, and named for whoever quotes them', () => {
  const table = { title: 'Title', name: 'it', notes: ['one', 'two'], head: ['a', 'long'], rows: [['longer', '1']] }
  expect(toMarkdown(table).split('\n')).toEqual([
    '## Title',
    '',
    '<!-- table: it -->',
    '',
    '| a      | long |',
    '| ------ | ---- |',
    '| longer | 1    |',
    '',
    '- one',
    '- two',
  ])
})

test('the median of an even number of rounds is the mean of the two in the middle', () => {
  expect([median([3]), median([9, 1, 2]), median([4, 1, 2, 9])]).toEqual([3, 2, 3])
})
