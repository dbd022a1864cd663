import { afterEach, describe, expect, test } from 'vitest'
import { diagnose } from '../../src/doctor/index.js'
import { httpSymptoms } from './cases/http.js'
import { networkSymptoms } from './cases/network.js'
import { tlsSymptoms } from './cases/tls.js'
import { closeServers } from './servers.js'

afterEach(closeServers)

const SYMPTOMS = [...networkSymptoms, ...tlsSymptoms, ...httpSymptoms]

describe('each symptom is found, and what mends it is named', () => {
  test.each(SYMPTOMS)('$title', async ({ arrange, finds, status, summary, fix }) => {
    const [url, options] = await arrange()
    const { checks } = await diagnose(url, options)
    const check = checks.find(({ id }) => id === finds)
    expect(check).toMatchObject({ status, summary: expect.stringMatching(summary) as string })
    if (fix === null) expect(check?.fix).toBeNull()
    else expect(check?.fix).toMatch(fix)
  })
})
