import { describe, expect, test } from 'vitest'
import { sample } from '../../../src/testing/index.js'
import { freePort } from '../../support/free-port.js'
import { hasNoChromium, useChromium } from '../../support/chromium.js'
import { startApp, type App } from './app.js'
import { openRow, rowOf, until } from './page.js'

const BURST = 1_000

describe.skipIf(hasNoChromium)('the inspector in Chromium stays', { timeout: 120_000 }, () => {
  const openPage = useChromium()

  test('usable while 1,000 events come in a second', async () => {
    const app = await startApp({ inspect: { maxTasks: 2_000 } })
    const page = await openPage()
    await app.send('video', sample('video:complete', { taskId: 'before' }))
    await page.goto(app.url)
    await rowOf(page, 'Music video', 'before').waitFor()
    await page.evaluate(COUNT_FRAMES)

    let isOver = false
    const burst = sendBurst(app).finally(() => (isOver = true))
    await until(page, 'document.querySelectorAll(".row").length > 20')
    const wasOver = isOver
    await page.getByLabel('Hide the warnings').click()
    await page.getByLabel('Search').fill('before')
    await openRow(page, 'Music video', 'before')
    await burst
    await page.getByLabel('Search').fill('')
    await page.getByText('1,001 tasks').waitFor()
    await until(page, SCROLL_DOWN)

    expect(wasOver).toBe(false)
    const { messages, frames, longest } = await page.evaluate<Frames>('window.seen')
    console.log(`While ${String(BURST)} events came: ${String(messages)} messages, longest pause ${String(longest)} ms`)
    // Many rows a message; and no more than one drawing a frame.
    expect(messages).toBeLessThan(BURST / 5)
    expect(frames).toBeGreaterThan(5)
    // What freezes a page takes many seconds.
    expect(longest).toBeLessThan(3_000)
    const ids = await page.evaluate<string[]>('[...document.querySelectorAll(".row-task")].map((e) => e.textContent)')
    expect(new Set(ids).size).toBe(BURST + 1)
    expect(ids).toContain(`burst-${String(BURST - 1)}`)
  })

  test('connected over a restart of the app, and forgets what the app has forgotten', async () => {
    const port = Number(await freePort())
    const first = await startApp({ port })
    const page = await openPage()
    await page.goto(first.url)
    await first.send('video', sample('video:complete', { taskId: 'old' }))
    await openRow(page, 'Music video', 'old')
    await first.close()
    await page.getByText('Reconnecting').waitFor()
    await page.getByRole('button', { name: 'Run again', exact: true }).click()
    await page.locator('.notice-bad', { hasText: 'The app does not answer.' }).waitFor()

    const second = await startApp({ port })
    await second.send('video', sample('video:complete', { taskId: 'meanwhile' }))
    await page.getByText('Live', { exact: true }).waitFor()
    await second.send('video', sample('video:complete', { taskId: 'new' }))
    await rowOf(page, 'Music video', 'meanwhile').waitFor()
    await rowOf(page, 'Music video', 'new').waitFor()
    expect(await rowOf(page, 'Music video', 'old').count()).toBe(0)
    // What is open says so.
    await page.locator('.details .problem').waitFor()
  })

  test('up to date when the machine has slept, whose connections may be dead and look alive', async () => {
    const app = await startApp()
    const page = await openPage()
    let streams = 0
    page.on('request', (request) => (streams += Number(request.resourceType() === 'eventsource')))
    await page.clock.install()
    await page.goto(app.url)
    await page.getByText('Live', { exact: true }).waitFor()
    expect(streams).toBe(1)
    await page.clock.fastForward('01:00:00')
    await expect.poll(() => streams).toBe(2)
    await app.send('video', sample('video:complete', { taskId: 'one' }))
    await rowOf(page, 'Music video', 'one').waitFor()
  })

  test('open where the app is not there yet, or answers an error in between', async () => {
    const app = await startApp()
    const page = await openPage()
    let isBroken = true
    await page.route('**/tasks', (route) => (isBroken ? route.abort() : route.continue()))
    await page.route('**/events?*', (route) => (isBroken ? route.fulfill({ status: 502 }) : route.continue()))
    await page.goto(app.url)
    await page.getByText('The app does not answer. Is it running?').waitFor()
    isBroken = false
    await page.getByText('Live', { exact: true }).waitFor()
    isBroken = true
    await app.send('video', sample('video:complete', { taskId: 'one' }))
    await page.evaluate(SHOW_AGAIN)
    await page.getByText('Reconnecting').waitFor()
    isBroken = false
    await page.getByText('Live', { exact: true }).waitFor()
    await rowOf(page, 'Music video', 'one').waitFor()
  })

  test('silent while it is hidden, and asks for what it missed when it is shown', async () => {
    const app = await startApp()
    const page = await openPage()
    await page.goto(app.url)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.evaluate(HIDE)
    // A hidden page draws nothing: the test can wait for its text all the same, because only the page believes that it is hidden.
    await page.getByText('Paused').waitFor()
    await app.send('video', sample('video:complete', { taskId: 'missed' }))
    expect(await page.locator('.row').count()).toBe(0)
    await page.evaluate(SHOW)
    await rowOf(page, 'Music video', 'missed').waitFor()
  })

  test('playing while more comes for the task', async () => {
    const app = await startApp()
    const page = await openPage()
    await page.goto(app.url)
    const body = sample('music:first', { taskId: 'one', overrides: { tracks: [{ title: 'Night drive' }] } })
    await app.send('music', body)
    await openRow(page, 'Night drive')
    await page.evaluate('document.querySelector("audio").isTheSame = true')
    await app.send('music', body)
    await page.locator('.delivery').nth(1).waitFor()
    expect(await page.evaluate('document.querySelector("audio").isTheSame')).toBe(true)
  })
})

/** In ten parts, over a second; each part at once. */
async function sendBurst(app: App): Promise<void> {
  const { search } = new URL(app.suno.callbackUrl('video'))
  for (let part = 0; part < 10; part++) {
    const bodies = Array.from({ length: BURST / 10 }, (_, index) =>
      sample('video:complete', { taskId: `burst-${String((part * BURST) / 10 + index)}` }),
    )
    const pause = new Promise((resolve) => setTimeout(resolve, 100))
    await Promise.all([pause, ...bodies.map((body) => app.suno.receive({ kind: 'video', query: search, body }))])
  }
}

interface Frames {
  readonly messages: number
  readonly frames: number
  readonly longest: number
}

/** Counts frames, the longest time between two, and the times that the list has changed. */
const COUNT_FRAMES = `
  window.seen = { messages: 0, frames: 0, longest: 0 }
  let last = performance.now()
  const frame = (now) => {
    seen.frames += 1
    seen.longest = Math.max(seen.longest, Math.round(now - last))
    last = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  new MutationObserver(() => (seen.messages += 1)).observe(document.querySelector('.list ol'), { childList: true })`

/** Whether the last row is there, to which one must scroll. */
const SCROLL_DOWN = `
  document.querySelector('.more')?.scrollIntoView()
  document.querySelectorAll('.row').length === ${String(BURST + 1)}`

const HIDE = `
  Object.defineProperty(document, 'hidden', { value: true, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))`

const SHOW = `
  delete document.hidden
  document.dispatchEvent(new Event('visibilitychange'))`

const SHOW_AGAIN = `document.dispatchEvent(new Event('visibilitychange'))`
