import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { diagnose } from '../../src/doctor/index.js'
import { SYMPTOMS } from './cases/index.js'
import { closeServers } from './servers.js'

// Without an option there is no secret.
beforeEach(() => void vi.stubEnv('SUNO_CALLBACK_SECRET', ''))
afterEach(closeServers)

describe('each symptom is found, and what mends it is named', () => {
  test.each(SYMPTOMS)('$title', async ({ arrange, finds, status, summary, fix }) => {
    const [url, options] = await arrange()
    const diagnosis = await diagnose(url, options)
    const { checks } = diagnosis
    const check = checks.find(({ id }) => id === finds)
    expect(check).toMatchObject({ status, summary: expect.stringMatching(summary) as string })
    if (fix === null) expect(check?.fix).toBeNull()
    else expect(check?.fix).toMatch(fix)
    // No secret, and nothing that is signed.
    expect(JSON.stringify(diagnosis)).not.toMatch(/the secret of|suno_signature|\bv1\./)
  })
})
