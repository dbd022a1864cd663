import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { sample } from '../../../src/testing/index.js'
import { hasNoChromium, useChromium } from '../../support/chromium.js'
import { startApp } from './app.js'
import { rowOf, until } from './page.js'

describe.skipIf(hasNoChromium)('the keyboard alone', { timeout: 120_000 }, () => {
  const openPage = useChromium()

  /** A page with three tasks, of which `three` is the newest. */
  async function openThree(): Promise<Page> {
    const app = await startApp()
    for (const taskId of ['one', 'two', 'three']) await app.send('video', sample('video:complete', { taskId }))
    const page = await openPage()
    await page.goto(app.url)
    await rowOf(page, 'Music video', 'one').waitFor()
    return page
  }

  test('moves, opens and closes', async () => {
    const page = await openThree()
    await page.keyboard.press('j')
    await focusIsOn(page, 'three')
    await page.keyboard.press('ArrowDown')
    await focusIsOn(page, 'two')
    await page.keyboard.press('k')
    await focusIsOn(page, 'three')
    await page.keyboard.press('ArrowUp')
    await focusIsOn(page, 'three')
    await page.keyboard.press('Enter')
    await openIs(page, 'three')
    await page.keyboard.press('j')
    await openIs(page, 'two')
    await focusIsOn(page, 'two')

    // From the list into the task, to its first button and to the disclosure of its body.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await until(page, 'document.activeElement.textContent === "Copy task id"')
    await page.locator('summary', { hasText: 'Body' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('.json-leaf').first().waitFor()

    await page.keyboard.press('Escape')
    await page.locator('.details').waitFor({ state: 'detached' })
    await focusIsOn(page, 'two')
  })

  test('searches, and leaves the search', async () => {
    const page = await openThree()
    await page.keyboard.press('/')
    await page.keyboard.type('tw')
    await page.getByText('1 of 3 tasks').waitFor()
    await page.keyboard.press('ArrowDown')
    await focusIsOn(page, 'two')
    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await page.getByText('3 tasks', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await until(page, 'document.activeElement === document.body')
    await page.keyboard.press('Enter')
    await openIs(page, 'two')
  })

  test('triggers a sample in a dialog that gives the focus back', async () => {
    const page = await openThree()
    await page.getByRole('button', { name: 'Trigger a sample' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Trigger a sample' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await until(page, 'document.activeElement.textContent.includes("Trigger a sample")')
  })

  test('leads to one row of the list, and what has the focus is seen', async () => {
    const page = await openThree()
    expect(await page.locator('.row[tabindex="0"]').count()).toBe(1)
    await page.keyboard.press('j')
    await focusIsOn(page, 'three')
    // Styles follow the focus with the next frame.
    await until(page, 'getComputedStyle(document.activeElement).outlineStyle === "solid"')
    expect(await page.getByRole('list', { name: 'Tasks' }).getByRole('button').count()).toBe(3)
    await page.getByRole('button', { name: 'Music video, video, complete, handled 200' }).first().waitFor()
  })

  test('opens the task that the address names, and "back" closes it', async () => {
    const page = await openThree()
    await rowOf(page, 'Music video', 'two').click()
    await openIs(page, 'two')
    await page.reload()
    await openIs(page, 'two')
    await page.goBack()
    await page.locator('.details').waitFor({ state: 'detached' })
  })
})

async function focusIsOn(page: Page, taskId: string): Promise<void> {
  const isThere = `document.activeElement.querySelector('.row-task')?.textContent === ${JSON.stringify(taskId)}`
  await until(page, isThere)
}

async function openIs(page: Page, taskId: string): Promise<void> {
  await page.locator('.details .task-id', { hasText: taskId }).waitFor()
}
