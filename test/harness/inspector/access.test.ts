import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasNoChromium, useChromium } from '../../support/chromium.js'
import { startApp } from './app.js'

describe.skipIf(hasNoChromium)('pages of others', { timeout: 120_000 }, () => {
  // As an attacker's name server would: the browser takes the name for the attacker's, the address is this machine's.
  const openPage = useChromium(['--host-resolver-rules=MAP evil.test 127.0.0.1'])

  test('cannot see the inspector under a name of their own', async () => {
    const { port } = await startApp()
    const page = await openPage()
    const response = await page.goto(`http://evil.test:${String(port)}/suno-inspector/`)
    expect(response?.status()).toBe(403)
    expect(await page.content()).toContain('FORBIDDEN_HOST')
  })

  test('cannot make it do anything, read it, or show it in a frame', async () => {
    const app = await startApp()
    const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>Evil'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const page = await openPage()
    await page.goto(`http://evil.test:${String((server.address() as AddressInfo).port)}/`)

    const target = `${app.url}/`
    const answers = await page.evaluate<string[]>(`(async () => {
      const name = (promise) => promise.then((response) => response.type + response.status, () => 'refused')
      const body = JSON.stringify({ type: 'music:complete' })
      const headers = { 'content-type': 'application/json', 'x-suno-inspector': '1' }
      return [
        await name(fetch('${target}trigger', { method: 'POST', body, headers })),
        await name(fetch('${target}trigger', { method: 'POST', body, mode: 'no-cors' })),
        await name(fetch('${target}tasks')),
      ]
    })()`)
    expect(answers).toEqual(['refused', expect.stringMatching(/^opaque|refused/), 'refused'])
    expect(await framed(page, target)).toBe(false)

    // Nothing was triggered.
    const list = (await (await fetch(`${target}tasks`)).json()) as { tasks: unknown[] }
    expect(list.tasks).toEqual([])
  })
})

/** Whether the page shows the other in a frame. */
async function framed(page: Page, url: string): Promise<boolean> {
  await page.evaluate(`new Promise((resolve) => {
    const frame = document.createElement('iframe')
    frame.onload = frame.onerror = resolve
    frame.src = '${url}'
    document.body.append(frame)
  })`)
  const [, frame] = page.frames()
  return (
    (await frame
      ?.locator('.toolbar')
      .count()
      .catch(() => 0)) === 1
  )
}
