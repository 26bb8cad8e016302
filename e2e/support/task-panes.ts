import { expect, type Page } from '@playwright/test';

/** The inspector of a task. */
export const task = (page: Page, key: string) => page.getByRole('region', { name: `Task ${key}`, exact: true });
/** A task of the graph in this state. */
export const node = (page: Page, key: string, status: string) =>
  page.getByRole('region', { name: 'Task graph' }).getByLabel(new RegExp(`^Task ${key}: .*, ${status}`));

/** Opens a task in the inspector from the table. */
export async function inspect(page: Page, address: string, key: string) {
  await page.goto(`${address}/tasks`);
  await page
    .getByRole('rowheader', { name: new RegExp(`^${key} `) })
    .getByRole('link')
    .click();
  const inspector = task(page, key);
  await expect(inspector).toBeVisible();
  return inspector;
}
