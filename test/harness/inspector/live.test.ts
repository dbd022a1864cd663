import { describe, expect, test } from 'vitest'
import { sample } from '../../../src/testing/index.js'
import { hasNoChromium, useChromium } from '../../support/chromium.js'
import { startApp, startProvider } from './app.js'
import { openRow, rowOf, until } from './page.js'

describe.skipIf(hasNoChromium)('the inspector in Chromium', { timeout: 120_000 }, () => {
  const openPage = useChromium()

  test('says what to do while nothing has come, and shows tasks as they come without a reload', async () => {
    const provider = await startProvider()
    const app = await startApp({ inspect: provider.inspect })
    const page = await openPage()
    let loads = 0
    page.on('load', () => (loads += 1))
    await page.goto(app.url)
    await page.getByText(`npx suno-callbacks trigger music:complete --to ${String(app.port)}`).waitFor()

    await provider.submit(app, 'music')
    const row = rowOf(page, 'Harbour Lantern')
    for (const stage of ['text', 'first', 'complete']) await row.locator('.stage-done', { hasText: stage }).waitFor()
    await row.getByText('handled 200').waitFor()
    await row.getByText('13 d').waitFor()
    await until(page, 'document.querySelector(".row img")?.naturalWidth > 0')
    expect(loads).toBe(1)
  })

  test('shows the newest task first, also of those that come in one millisecond', async () => {
    const app = await startApp()
    const taskIds = Array.from({ length: 12 }, (_, index) => `task-${String(index)}`)
    const receivedAt = new Date()
    for (const taskId of taskIds) {
      await app.suno.handle({ kind: 'video', body: sample('video:complete', { taskId }), source: 'record', receivedAt })
    }
    const page = await openPage()
    await page.goto(app.url)
    await page.getByText('12 tasks').waitFor()
    expect(await page.locator('.row-task').allTextContents()).toEqual(taskIds.toReversed())
  })

  test('plays a song, and loads none before it is played', async () => {
    const provider = await startProvider()
    const app = await startApp({ inspect: provider.inspect })
    const page = await openPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.resourceType()))
    await page.goto(app.url)
    await provider.submit(app, 'music')
    await rowOf(page, 'Harbour Lantern').locator('.stage-done', { hasText: 'complete' }).waitFor()
    await openRow(page, 'Harbour Lantern')
    await page.locator('audio').nth(1).waitFor()
    expect(asked).not.toContain('media')

    await page.evaluate('document.querySelector("audio").play()')
    await until(page, 'document.querySelector("audio").currentTime > 0')
    await page.evaluate('document.querySelectorAll("audio")[1].play()')
    await until(page, 'document.querySelector("audio").paused')
    expect(asked).toContain('media')
    await page.getByText('6 stored').waitFor()
  })

  test('shows what the other kinds have', async () => {
    const provider = await startProvider()
    const app = await startApp({ inspect: provider.inspect })
    const page = await openPage()
    await page.goto(app.url)
    const kinds = ['lyrics', 'video', 'wav', 'stems', 'midi', 'cover'] as const
    for (const kind of kinds) await provider.submit(app, kind)
    await page.getByText('6 tasks').waitFor()

    await openRow(page, 'Lyrics', 'lyrics')
    await page.getByText('A lantern on the harbour wall').waitFor()
    await openRow(page, 'Music video')
    await page.evaluate('document.querySelector("video").play()')
    await until(page, 'document.querySelector("video").currentTime > 0')
    await openRow(page, 'WAV file')
    await page.locator('audio[aria-label=WAV]').waitFor()
    await openRow(page, 'Stems')
    await page.locator('audio[aria-label=vocal]').waitFor()
    await openRow(page, 'MIDI notes')
    await page.getByRole('img', { name: /Piano roll: 2 instruments/ }).waitFor()
    await openRow(page, 'Cover images')
    await until(page, 'document.querySelector(".images img")?.naturalWidth > 0')
  })

  test('shows deliveries with their listeners, errors and bodies, and why one was turned away', async () => {
    const app = await startApp({
      listen: (suno) =>
        suno.on('video:complete', async function chargeCustomer() {
          await Promise.resolve()
          throw new TypeError('There is no customer')
        }),
    })
    const page = await openPage()
    await page.goto(app.url)
    expect(await app.send('video', sample('video:complete', { taskId: 'failing' }))).toBe(500)
    await openRow(page, 'Music video')
    await page.getByText('chargeCustomer', { exact: true }).waitFor()
    await page.getByText('There is no customer').first().waitFor()
    await page.getByText('Stack').click()
    await page.getByText('live.test.ts').waitFor()
    await page.getByText('orderId').waitFor()
    await page.getByText(/^Body/).click()
    await page.locator('.json-leaf', { hasText: 'task_id' }).getByText('"failing"').waitFor()

    expect(await app.send('lyrics', { code: 200, data: { task_id: 'odd', surprise: 1 } })).toBe(422)
    await openRow(page, 'Lyrics', 'odd')
    await page.locator('.issues code').first().waitFor()
    expect(await app.send('music', sample('music:complete'), '?suno_signature=forged')).toBe(401)
    await openRow(page, 'Turned away')
    await page.locator('.delivery .note-bad strong').waitFor()
  })

  test('shows a title of markup as text', async () => {
    const app = await startApp()
    const page = await openPage()
    let dialogs = 0
    page.on('dialog', (dialog) => {
      dialogs += 1
      void dialog.dismiss()
    })
    await page.goto(app.url)
    const title = '<img src=x onerror=alert(1)><script>alert(2)</script>'
    const tracks = [{ title, prompt: title, tags: [title] }]
    await app.send('music', sample('music:complete', { taskId: title, overrides: { tracks } }))
    await openRow(page, title)
    await page.getByRole('heading', { name: title }).waitFor()
    await page.getByText(/^Body/).click()
    expect(await page.evaluate('document.querySelectorAll("img[src=x], #app script").length')).toBe(0)
    expect(dialogs).toBe(0)
  })

  test('filters by kind and outcome, and searches', async () => {
    const app = await startApp()
    const page = await openPage()
    await app.send(
      'music',
      sample('music:complete', { taskId: 'one', overrides: { tracks: [{ title: 'Night drive' }] } }),
    )
    await app.send('video', sample('video:complete', { taskId: 'two' }))
    await app.send('music', sample('music:complete'), '?suno_signature=forged')
    await page.goto(app.url)
    await page.getByText('3 tasks').waitFor()

    await page.getByLabel('Kind', { exact: true }).selectOption('video')
    await page.getByText('1 of 3 tasks').waitFor()
    await page.getByLabel('Kind', { exact: true }).selectOption('')
    await page.getByLabel('Outcome').selectOption('rejected')
    await rowOf(page, 'Turned away').waitFor()
    await page.getByText('1 of 3 tasks').waitFor()
    await page.getByLabel('Outcome').selectOption('')
    await page.getByLabel('Search').fill('DRIVE night')
    await rowOf(page, 'Night drive').waitFor()
    await page.getByText('1 of 3 tasks').waitFor()
    await page.getByLabel('Search').fill('nothing has this')
    await page.getByRole('button', { name: 'Show all tasks' }).click()
    await page.getByText('3 tasks', { exact: true }).waitFor()
  })
})
