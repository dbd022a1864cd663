import { describe, expect, test } from 'vitest'
import { sample } from '../../../src/testing/index.js'
import { hasNoChromium, useChromium } from '../../support/chromium.js'
import { startApp, startProvider } from './app.js'
import { openRow, rowOf } from './page.js'

describe.skipIf(hasNoChromium)('the buttons of the inspector in Chromium', { timeout: 120_000 }, () => {
  const openPage = useChromium()

  test('run a delivery again, and again as new', async () => {
    const taskIds: (string | null)[] = []
    const app = await startApp({ listen: (suno) => suno.on('*', ({ taskId }) => void taskIds.push(taskId)) })
    await app.send('video', sample('video:complete', { taskId: 'one' }))
    const page = await openPage()
    await page.goto(app.url)
    await openRow(page, 'Music video', 'one')

    await page.getByRole('button', { name: 'Run again', exact: true }).click()
    await page.locator('.delivery > summary', { hasText: 'replay' }).getByText('duplicate').waitFor()
    await page.locator('.notice').waitFor()
    expect(taskIds).toEqual(['one'])

    await page.getByRole('button', { name: 'Run again as new' }).first().click()
    await page.getByText('2 tasks').waitFor()
    await expect.poll(() => taskIds.length).toBe(2)
    await page.locator('.row[aria-expanded=true]', { hasText: String(taskIds[1]) }).waitFor()
  })

  test('trigger a sample of a chosen event, also of the opened task', async () => {
    const app = await startApp()
    const page = await openPage()
    await page.goto(app.url)
    await page.getByRole('button', { name: 'Trigger a sample' }).first().click()
    await page.getByLabel('Event').selectOption({ label: 'music:first' })
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('.row[aria-expanded=true]', { hasText: 'running' }).waitFor({ state: 'attached' })

    await page.getByRole('button', { name: 'Trigger a sample' }).click()
    await page.getByLabel('Of the opened task').check()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('.row .stage-done', { hasText: 'complete' }).waitFor()
    await page.getByText('1 task', { exact: true }).waitFor()

    await page.getByRole('button', { name: 'Trigger a sample' }).click()
    await page.getByLabel('Event').selectOption({ label: 'error of video' })
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('The provider says that it failed').waitFor()
  })

  test('ask for the record of a task, whose callback need not come', async () => {
    const provider = await startProvider()
    const app = await startApp({ inspect: provider.inspect })
    const page = await openPage()
    await page.goto(app.url)
    await provider.submit(app, 'music')
    await rowOf(page, 'Harbour Lantern').locator('.stage-done', { hasText: 'complete' }).waitFor()
    await openRow(page, 'Harbour Lantern')
    await page.getByRole('button', { name: 'Ask for the record' }).click()
    await page.getByRole('region', { name: 'Record' }).waitFor()
  })

  test('copy a delivery as a command and as a test', async () => {
    const app = await startApp()
    await app.send('video', sample('video:complete', { taskId: 'one' }))
    const page = await openPage()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto(app.url)
    await openRow(page, 'Music video')
    const copied = async (name: string): Promise<string> => {
      await page.getByRole('button', { name }).click()
      await page.locator('.notice', { hasText: 'copied' }).waitFor()
      const text = await page.evaluate<string>('navigator.clipboard.readText()')
      await page.getByLabel('Close the message').click()
      return text
    }
    expect(await copied('Copy task id')).toBe('one')
    expect(await copied('Copy as curl')).toMatch(/curl[^]*"task_id": *"one"/)
    expect(await copied('Copy as a test')).toMatch(/test\([^]*"?task_id"?: *"one"/)
  })

  test('copy where the browser has no clipboard for the page', async () => {
    const app = await startApp()
    await app.send('video', sample('video:complete', { taskId: 'one' }))
    const page = await openPage()
    await page.addInitScript('Object.defineProperty(navigator, "clipboard", { value: undefined })')
    await page.goto(app.url)
    await openRow(page, 'Music video')
    await page.getByRole('button', { name: 'Copy task id' }).click()
    await page.locator('.notice-good', { hasText: 'copied' }).waitFor()
  })

  test('are not there where the inspector only reads', async () => {
    const app = await startApp({ inspect: { readOnly: true } })
    await app.send('video', sample('video:complete', { taskId: 'one' }))
    const page = await openPage()
    await page.goto(app.url)
    await openRow(page, 'Music video')
    await page.getByRole('button', { name: 'Copy as curl' }).waitFor()
    expect(await page.getByRole('button', { name: /Run again|Trigger a sample/ }).count()).toBe(0)
  })
})
