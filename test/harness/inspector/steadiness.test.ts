import { describe, expect, test } from 'vitest'
import { sample } from '../../../src/testing/index.js'
import { freePort } from '../../support/free-port.js'
import { hasNoChromium, useChromium } from '../../support/chromium.js'
import { startApp, type App } from './app.js'
import { openRow, rowOf, until } from './page.js'

/** How many events come at least, at most, and at once. */
const BURST = 1_000
const MOST = 9_000
const PART = 100

describe.skipIf(hasNoChromium)('the inspector in Chromium stays', { timeout: 120_000 }, () => {
  const openPage = useChromium()

  test('usable while 1,000 events come in a second', async () => {
    const app = await startApp({ inspect: { maxTasks: 10_000, maxBytes: 2 ** 28 } })
    const page = await openPage()
    await app.send('video', sample('video:complete', { taskId: 'before' }))
    await page.goto(app.url)
    await rowOf(page, 'Music video', 'before').waitFor()
    await page.evaluate(COUNT_FRAMES)

    // What the reader does meanwhile is over before the burst is, however slow the machine is.
    let isDone = false
    const burst = sendBurst(app, () => isDone)
    await until(page, 'document.querySelectorAll(".row").length > 20')
    await page.getByLabel('Hide the warnings').click()
    await page.getByLabel('Search').fill('before')
    await openRow(page, 'Music video', 'before')
    await page.getByLabel('Search').fill('')
    isDone = true
    const sent = await burst
    await page.getByText(`${(sent + 1).toLocaleString('en')} tasks`).waitFor()

    const { drawings, frames, longest } = await page.evaluate<Frames>('window.seen')
    console.log(`While ${String(sent)} events came: ${String(drawings)} drawings, longest pause ${String(longest)} ms`)
    expect(drawings).toBeLessThan(sent / 5)
    expect(frames).toBeGreaterThan(5)
    // What freezes a page takes many seconds.
    expect(longest).toBeLessThan(5_000)

    await until(page, SCROLL_DOWN)
    const ids = await page.evaluate<string[]>('[...document.querySelectorAll(".row-task")].map((e) => e.textContent)')
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain(`burst-${String(sent - 1)}`)
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

/**
 * A thousand callbacks a second, in parts of a hundred: for a second, and on until the reader is done.
 * @returns how many were sent
 */
async function sendBurst(app: App, isDone: () => boolean): Promise<number> {
  const { search } = new URL(app.suno.callbackUrl('video'))
  let sent = 0
  while (sent < BURST || (!isDone() && sent < MOST)) {
    const bodies = Array.from({ length: PART }, () => sample('video:complete', { taskId: `burst-${String(sent++)}` }))
    const pause = new Promise((resolve) => setTimeout(resolve, 100))
    await Promise.all([pause, ...bodies.map((body) => app.suno.receive({ kind: 'video', query: search, body }))])
  }
  return sent
}

interface Frames {
  readonly drawings: number
  readonly frames: number
  readonly longest: number
}

/** Counts frames, the longest time between two, and the times that the list has changed. */
const COUNT_FRAMES = `
  window.seen = { drawings: 0, frames: 0, longest: 0 }
  let last = performance.now()
  const frame = (now) => {
    seen.frames += 1
    seen.longest = Math.max(seen.longest, Math.round(now - last))
    last = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  new MutationObserver(() => (seen.drawings += 1)).observe(document.querySelector('.list ol'), { childList: true })`

/** Whether more rows are there than at first, which takes scrolling. */
const SCROLL_DOWN = `
  document.querySelector('.more')?.scrollIntoView()
  document.querySelectorAll('.row').length > 300`

const HIDE = `
  Object.defineProperty(document, 'hidden', { value: true, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))`

const SHOW = `
  delete document.hidden
  document.dispatchEvent(new Event('visibilitychange'))`

const SHOW_AGAIN = `document.dispatchEvent(new Event('visibilitychange'))`
