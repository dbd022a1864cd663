import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = PLACES.find((place) => existsSync(place))

/** Where CI is set, a missing browser is an error. */
export const hasNoChromium = executablePath === undefined && (process.env.CI ?? '') === ''
if (hasNoChromium) console.warn(`There is no Chromium at ${PLACES.join(', ')}: what it shows is not tested.`)

/** In containers there is neither a sandbox nor much shared memory. */
const ARGUMENTS = ['--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required']

/**
 * A browser for the tests of a suite.
 * @returns what opens a page, which is closed with its test; the test fails where a script of the page threw, or where the page
 * broke its own content security policy
 */
export function useChromium(args: readonly string[] = []): (options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath ?? '/usr/bin/chromium',
      args: [...ARGUMENTS, ...args],
    })
  }, 60_000)
  afterAll(() => browser.close())

  return async (options = {}) => {
    const page = await browser.newPage(options)
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      // That others cannot frame the page is as it should be.
      if (/content security policy(?!.*frame-ancestors)/i.test(message.text())) faults.push(message.text())
    })
    onTestFinished(async () => {
      await page.close()
      expect(faults).toEqual([])
    })
    return page
  }
}
