import { expect, shareHouse, test } from '../support/fixtures.ts';
import { expectAccessible, signIn } from '../support/pages.ts';

test.setTimeout(240_000);
test.describe.configure({ mode: 'serial' });
const shared = shareHouse();

const yaml = `key: ours
name: Ours
version: "1"
tasks:
  - key: build
    title: "Implement {{ title }}"
    capabilities: [code_generation]
    estimate: { likely: 2 }
  - key: check
    title: "Test {{ title }}"
    capabilities: [testing]
    estimate: { likely: 1 }
    dependsOn: [{ key: build }]
`;

test('a blueprint is written with its plan beside it, raised to a new version, exported, used and removed', async ({
  page,
}) => {
  const { house } = shared;
  await signIn(page, house);
  await page.goto(`${house.url}/blueprints`);
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(8);
  await expectAccessible(page);

  await page.goto(`${house.url}/blueprints/security`);
  await page.getByLabel(/^level/).selectOption('low');
  await page.getByRole('button', { name: 'Draw the plan with these' }).click();
  await expect(page.getByText('with the parameters you asked for')).toBeVisible();
  await page.getByLabel(/^hours/).fill('many');
  await page.getByRole('button', { name: 'Draw the plan with these' }).click();
  await expect(page.locator('main').getByRole('alert')).toContainText('Must be a number');
  await expect(page.getByLabel(/^level/)).toHaveValue('low');

  await page.goto(`${house.url}/blueprints/-/new`);
  const text = page.locator('[name=yaml]');
  // The script lays its first text into the field once; a fill that it meets halfway stands before that text.
  await page.waitForFunction(() =>
    Object.keys(document.querySelector('textarea') ?? {}).some((key) => key.startsWith('__reactProps')),
  );
  await text.fill(yaml.replace('testing', 'guessing'));
  await expect(page.getByText(/guessing/).last()).toBeVisible();
  await page.getByRole('button', { name: /show line 11/ }).click();
  await expect(text).toBeFocused();
  await text.fill(yaml);
  await expect(page.getByRole('img', { name: 'Plan: build; check after build' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: /Save in the catalogue/ }).click();
  await expect(page).toHaveURL(/\/blueprints\/ours/);
  await expectAccessible(page);

  await page.getByRole('link', { name: /^Edit/ }).click();
  await text.fill(yaml.replace('likely: 2', 'likely: 4'));
  await page.getByRole('button', { name: /Save in the catalogue/ }).click();
  await expect(page.locator('main').getByRole('alert')).toContainText(/version/i);
  await expect(text).toHaveValue(/likely: 4/);
  await text.fill(yaml.replace('likely: 2', 'likely: 4').replace('"1"', '"2"'));
  await page.getByRole('button', { name: /Save in the catalogue/ }).click();
  await expect(page.getByRole('row', { name: /written here/ })).toHaveCount(2);

  const exported = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export' }).click();
  expect((await exported).suggestedFilename()).toBe('ours.yaml');

  await page.goto(`${house.url}/repositories`);
  await page.getByRole('button', { name: /sample/i }).click();
  await expect(page).toHaveURL(/\/repositories\/.+/);
  await page.goto(`${house.url}/sessions/new`);
  await page.locator('[name=title]').fill('Add a login');
  await page.locator('[name=prompt]').fill('With auth.');
  await expect(page.getByText(/“auth” picked the blueprint security/)).toBeVisible();
  await page.getByLabel(/^Ours/).check();
  await expect(page.getByText(/blueprint ours was named/)).toBeVisible();
  // Rehearsal costs nothing; of another model nobody has said the price, and that is told as unknown.
  const cost = page.getByText('Cost', { exact: true }).locator('..');
  await expect(cost).toContainText('$0.00');
  await page.locator('[name=model]').fill('acme/unpriced');
  await expect(cost).toContainText('unknown');
  await expectAccessible(page);

  await page.goto(`${house.url}/blueprints/ours`);
  await page.getByRole('button', { name: /Remove from the catalogue/ }).click();
  await page.getByRole('textbox').fill('ours');
  await page.getByRole('button', { name: 'Remove it' }).click();
  await expect(page.getByText('ours is out of the catalogue.')).toBeVisible();
});

test('without scripts a blueprint is previewed, imported from a file, and planned with', async ({ browser }) => {
  const { house } = shared;
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  try {
    await signIn(page, house);
    await page.goto(`${house.url}/blueprints/-/new`);
    await page.locator('[name=yaml]').fill(yaml.replace('key: build }', 'key: gone }'));
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await expect(page.getByText(/There is no task gone/).first()).toBeVisible();
    await expect(page.locator('[name=yaml]')).toHaveValue(/key: gone }/);

    await page.goto(`${house.url}/blueprints/-/import`);
    const file = (content: string) => ({
      name: 'ours.yaml',
      mimeType: 'application/yaml',
      buffer: Buffer.from(content),
    });
    await page.locator('input[type=file]').setInputFiles(file(yaml.replace('testing', 'guessing')));
    await page
      .getByRole('button', { name: /Import/ })
      .first()
      .click();
    await expect(page.locator('main').getByRole('alert')).toContainText('guessing');
    await page.locator('input[type=file]').setInputFiles(file(yaml));
    await page
      .getByRole('button', { name: /Import/ })
      .first()
      .click();
    await expect(page.getByText('Taken into the catalogue: ours.')).toBeVisible();

    // On the repository that the test before has registered.
    await page.goto(`${house.url}/sessions/new`);
    await page.locator('[name=title]').fill('Add a login');
    await page.locator('[name=prompt]').fill('As always.');
    await page.getByLabel(/^Ours/).check();
    await page.getByRole('button', { name: 'Preview the plan' }).click();
    await expect(page.getByRole('img', { name: 'Plan: build; check after build' })).toBeVisible();
    await expect(page.locator('[name=title]')).toHaveValue('Add a login');
    await expect(page.getByLabel(/^Ours/)).toBeChecked();
  } finally {
    await context.close();
  }
});
