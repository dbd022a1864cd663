import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** The row with that title, and that task id or kind. */
export function rowOf(page: Page, title: string, below = ''): Locator {
  return page.locator('.row').filter({ hasText: title }).filter({ hasText: below }).first()
}

/** Opens a task, and waits until it is loaded. */
export async function openRow(page: Page, title: string, below = ''): Promise<void> {
  const row = rowOf(page, title, below)
  await row.click()
  // On a phone it makes room for the task.
  await page.locator(`.row[aria-expanded=true]`, { hasText: title }).waitFor({ state: 'attached' })
  await page.locator('.details .delivery').first().waitFor()
}

/** Until an expression is true in the page. (`page.waitForFunction` evaluates in a way that the page's policy forbids.) */
export async function until(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(expression), { timeout: 30_000 }).toBe(true)
}
