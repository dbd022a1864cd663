import { expect, test } from 'vitest'
import { SunoCallbacks } from '../../src/index.js'
import { run, SECRET } from './run.js'

const env = { SUNO_CALLBACK_SECRET: SECRET, SUNO_CALLBACK_BASE_URL: 'https://app.example.com/suno' }
const suno = new SunoCallbacks({ secret: SECRET, logger: false })

test('url prints the address that the app would make', async () => {
  const { exitCode, stdout, stderr } = await run(['url', 'music', '--metadata', 'orderId=42', '--metadata', 'a==b'], {
    env,
  })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatch(/^https:\/\/app\.example\.com\/suno\/music\?suno_signature=\S+\n$/)
  expect(suno.readCallbackUrl(stdout.trim())).toEqual({ kind: 'music', metadata: { orderId: '42', a: '=b' } })
})

test('url makes one that expires when it should, or never, for any address', async () => {
  const at = ['--at', 'https://app.example.com/hook', '--json']
  const { records } = await run(['url', 'voice', '--expires-in', '48', ...at], { env })
  const expiryOf = (url: unknown) => {
    const payload = new URL(String(url)).searchParams.get('suno_signature')?.split('.')[1] ?? ''
    return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as [string, number])[1]
  }
  expect(records).toMatchObject([
    { kind: 'voice', url: expect.stringMatching(/^https:\/\/app\.example\.com\/hook\?/) as unknown },
  ])
  const inTwoDays = Date.now() / 1000 + 48 * 3600
  expect(Math.abs(expiryOf(records[0]?.url) - inTwoDays)).toBeLessThan(60)
  const endless = await run(['url', 'voice', '--expires-in', 'never', ...at], { env })
  expect(expiryOf(endless.records[0]?.url)).toBe(0)
})

test('url says when what it prints is not signed', async () => {
  const { exitCode, stdout, stderr } = await run(['url', 'wav', '--base-url', 'http://localhost:3000/suno'], {
    env: { SUNO_CALLBACK_SECRET: ' ' },
  })
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'http://localhost:3000/suno/wav\n' })
  expect(stderr).toContain('not signed: SUNO_CALLBACK_SECRET is not set')
})
