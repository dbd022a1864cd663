import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { hasNoChromium, useChromium } from '../../support/chromium.js'
import { CONTRASTS, type Contrast } from './contrasts.js'
import { openRow } from './page.js'
import { startShowcase } from './showcase.js'

/** Where the pictures of a run are. */
const FOLDER = fileURLToPath(new URL('screenshots/', import.meta.url))

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const

describe.skipIf(hasNoChromium)('the inspector looks', { timeout: 120_000 }, () => {
  const openPage = useChromium()

  test.each(['light', 'dark'] as const)('readable in %s, with a contrast of 4.5 to 1 or more', async (colorScheme) => {
    const url = await startShowcase()
    const page = await openPage({ viewport: { width: 1200, height: 720 }, colorScheme })
    await page.goto(url)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.locator('.row').nth(5).waitFor()
    await picture(page, `${colorScheme}-list`)
    await isReadable(page)
    await openRow(page, 'Stems')
    await isReadable(page)
    await openRow(page, 'Harbour Lantern')
    await page.locator('.lyrics summary').first().click()
    await page.getByText(/^Body/).click()
    await isReadable(page)
    await page.getByText(/^Body/).click()
    await page.locator('.lyrics summary').first().click()
    await picture(page, colorScheme)
  })

  test('whole on a phone: nothing is wider than the screen', async () => {
    const url = await startShowcase()
    const page = await openPage({ ...PHONE, deviceScaleFactor: 2 })
    await page.goto(url)
    await page.locator('.row').nth(5).waitFor()
    await fits(page)
    await picture(page, 'phone-list')
    for (const title of ['Harbour Lantern', 'Stems', 'MIDI notes', 'Cover images', 'Turned away']) {
      await openRow(page, title)
      for (const name of [/^Body/, /^Event/]) {
        const json = page.getByText(name)
        if ((await json.count()) > 0) await json.first().click()
      }
      await fits(page)
      if (title === 'Harbour Lantern') await picture(page, 'phone')
      await page.getByRole('button', { name: 'All tasks' }).click()
      await page.locator('.row').first().waitFor()
    }
  })

  test('calm where no motion is wanted', async () => {
    const url = await startShowcase()
    const page = await openPage({ reducedMotion: 'reduce' })
    await page.goto(url)
    await page.locator('.row').nth(5).waitFor()
    await page.getByRole('button', { name: 'Trigger a sample' }).click()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('.details .delivery').waitFor()
    expect(await page.evaluate('document.querySelector("#app").getAnimations({ subtree: true }).length')).toBe(0)
  })
})

async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
  await page.evaluate('scrollTo(0, 0), document.querySelector("#details")?.scrollTo(0, 0)')
  // Pictures load when they are seen, and players draw themselves a moment later.
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: `${FOLDER}${name}.png`, animations: 'disabled' })
}

async function fits(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.viewport.width)
}

/** No text that is seen has too little contrast. */
async function isReadable(page: Page): Promise<void> {
  const contrasts = await page.evaluate<Contrast[]>(CONTRASTS)
  expect(contrasts.length).toBeGreaterThan(20)
  expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([])
}
