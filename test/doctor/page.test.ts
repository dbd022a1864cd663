import { expect, test } from 'vitest'
import { CHECK_IDS } from '../../src/doctor/check.js'
import { diagnose } from '../../src/doctor/index.js'
import { page, table, words } from '../readme/pages.js'
import { SYMPTOMS } from './cases/index.js'

const { text } = page('src/doctor/README.md')

test('the table of the page has the checks that there are, in their order', () => {
  expect(table('checks', text).map(([id]) => words(id)[0])).toEqual(CHECK_IDS)
  for (const [, symptoms, remedy] of table('checks', text)) {
    expect(symptoms).not.toBe('')
    expect(remedy).not.toBe('')
  }
})

test('every check has a symptom that finds it', () => {
  const found = SYMPTOMS.filter(({ status }) => status !== 'pass' && status !== 'skip').map(({ finds }) => finds)
  expect(CHECK_IDS.filter((id) => !found.includes(id))).toEqual([])
  expect(new Set(SYMPTOMS.map(({ title }) => title)).size).toBe(SYMPTOMS.length)
})

test('the table of options has those that there are', async () => {
  const names = table('doctor-options', text).map(([name]) => words(name)[0])
  const options = { nonesuch: 1 } as object
  await expect(diagnose('http://localhost', options)).rejects.toThrow(`The options are: ${names.join(', ')}.`)
})
