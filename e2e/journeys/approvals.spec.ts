import type { Browser, Page } from '@playwright/test';
import postgres from 'postgres';
import { expect, test } from '../support/fixtures.ts';
import type { Installation } from '../support/installation.ts';
import { createSession, expectAccessible, signIn, stateOf } from '../support/pages.ts';
import { restClient, script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.setTimeout(480_000);
// Its rows can be reached from outside: that is how a quarter of an hour passes here.

const mia = { email: 'mia@example.com', name: 'Mia', password: 'nine calm herons wade' };
const ben = { email: 'ben@example.com', name: 'Ben', password: 'eight odd otters swim' };
const reason = 'The rest was done by hand on the release branch.';
const work = script(`
- write: { path: NOTES.md, content: "# Notes\\n" }
- ask: git gc --auto
`);

/** A page of somebody else, signed in. */
async function pageOf(
  browser: Browser,
  house: Installation,
  who: Installation['admin'],
  scripts = true,
): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: scripts });
  const page = await context.newPage();
  await signIn(page, { ...house, admin: who });
  return page;
}

/** As if everybody's password had been given sixteen minutes ago. */
async function letProofsAge(house: Installation): Promise<void> {
  const sql = postgres(house.environment.DATABASE_URL ?? '', { max: 1 });
  await sql`update login_sessions set proven_at = proven_at - interval '16 minutes'`;
  await sql.end();
}

/** Asks on the session's page that it be completed by force; answers the address of the request. */
async function askFor(page: Page, house: Installation, slug: string): Promise<string> {
  await page.goto(`${house.url}/sessions/${slug}/force-complete`);
  await page.getByLabel(/^Reason/).fill(reason);
  await page.getByRole('button', { name: /Ask an admin/ }).click();
  await expect(page).toHaveURL(/\/approvals\/[0-9a-f-]{36}$/);
  return page.url();
}

test('a member asks for a force-complete; an admin approves one by its slug and a proof, and rejects one without scripts', async ({
  house,
  page,
  browser,
}) => {
  await house.start();
  const people = restClient(house.url, await house.token(['members:write', 'members:read', 'teams:write']));
  await people.ok('POST', '/members', { body: { ...mia, role: 'member' } });
  const api = await house.api();
  await api.register('sample');

  const member = await pageOf(browser, house, mia);
  const first = await createSession(member, house, { title: 'Release the wrapping', prompt: work });
  const second = await createSession(member, house, { title: 'Add the notes', prompt: work });
  for (const slug of [first, second]) await api.openAsk((await api.session(slug)).id);

  // The admin looks at the inbox before there is anything in it, and is told of the request by the socket alone.
  await signIn(page, house);
  await page.goto(`${house.url}/approvals`);
  await expect(page.getByText('Nothing waits for a second person.')).toBeVisible();
  await expectAccessible(page);

  await member.goto(`${house.url}/sessions/${first}`);
  await member.getByRole('link', { name: /Force complete/ }).click();
  await expect(member.getByRole('row', { name: /Cut short at work/ })).toContainText('1 task');
  await member.getByLabel(/^Reason/).fill('too short');
  await member.getByRole('button', { name: /Ask an admin/ }).click();
  await expect(member.getByRole('alert').filter({ hasText: 'at least 20 characters' })).toBeVisible();
  await expect(member.getByLabel(/^Reason/)).toHaveValue('too short');
  await expectAccessible(member);
  await member.getByLabel(/^Reason/).fill(reason);
  await expect(member.getByText(`Reason: ${reason}`)).toBeVisible();
  await member.getByRole('button', { name: /Ask an admin/ }).click();
  await expect(member.getByRole('button', { name: /Withdraw/ })).toBeVisible();
  await expect(member.getByRole('button', { name: /Approve and complete/ })).toBeDisabled();
  await expectAccessible(member);

  const card = page.getByRole('article').filter({ hasText: first });
  await expect(card).toContainText(reason);
  await expect(
    page.getByRole('navigation', { name: 'Annunciator' }).getByRole('link', { name: /APPROVAL/ }),
  ).toContainText('1');
  await expectAccessible(page);
  await card.getByRole('link', { name: /Look and decide/ }).click();
  await expectAccessible(page);

  const request = await askFor(member, house, second);
  // A quarter of an hour later the password is asked for, and what was entered goes on with it.
  await letProofsAge(house);
  const approve = page.getByRole('button', { name: /Approve and complete/ });
  await page.getByRole('textbox', { name: /^Type IND/ }).fill('IND-0');
  await expect(approve).toBeDisabled();
  await page.getByRole('textbox', { name: /^Type IND/ }).fill(first);
  await page.getByRole('textbox', { name: /^Note/ }).fill('Seen on the release branch.');
  await approve.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Prove it is you');
  await expect(page.getByLabel(/Your password/)).toBeFocused();
  await expectAccessible(page);
  await page.getByLabel(/Your password/).fill('not the password');
  await page.getByRole('button', { name: /Prove it/ }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'That is not your password.' })).toBeVisible();
  await page.getByLabel(/Your password/).fill(house.admin.password);
  await page.getByRole('button', { name: /Prove it/ }).click();
  await expect(page.getByText(/Approved and done/)).toBeVisible();
  await expect(page.getByText('Seen on the release branch.')).toBeVisible();
  await expectAccessible(page);
  expect(await api.session(first)).toMatchObject({ status: 'completed', forced: true, proof: 'unverified' });
  await member.goto(`${house.url}/sessions/${first}`);
  await expect(stateOf(member).getByText('COMPLETED', { exact: true })).toBeVisible();
  await expect(stateOf(member).getByText(/Completed by force/)).toBeVisible();

  // The second one is rejected, by somebody without scripts, who is asked for the password in the form itself.
  await member.goto(request);
  await page.close();
  const plain = await pageOf(browser, house, house.admin, false);
  await letProofsAge(house);
  await plain.goto(request);
  await plain.getByLabel(/^Why not/).fill('The notes are not there yet.');
  await plain
    .getByLabel(/Your password/)
    .last()
    .fill(house.admin.password);
  await plain.getByRole('button', { name: /^Reject/ }).click();
  await expect(plain.getByText('Rejected. Nothing was done; whoever asked sees your note.')).toBeVisible();
  await expect(member.getByText('The notes are not there yet.')).toBeVisible();
  expect((await api.session(second)).status).not.toBe('completed');
  await plain.goto(`${house.url}/approvals?show=decided`);
  await expect(plain.getByRole('row')).toHaveCount(3);

  // What leaves the room asks for it as well, and is given then.
  await letProofsAge(house);
  await plain.goto(`${house.url}/sessions/${first}/report`);
  await expect(plain.getByRole('heading', { level: 1 })).toHaveText('Take data along');
  await plain.getByLabel(/Your password/).fill(house.admin.password);
  const [report] = await Promise.all([
    plain.waitForEvent('download'),
    plain.getByRole('button', { name: /^Download it/ }).click(),
  ]);
  expect(report.suggestedFilename()).toContain(first);

  // The end of the whole team: the slug typed, a reason, and again a second person.
  await plain.goto(`${house.url}/admin/team`);
  await expect(plain.getByRole('row', { name: /Are in it no more/ })).toContainText('2 members');
  await plain.getByLabel(/^Reason/).fill('All of its work is over and done.');
  await plain.getByLabel(/^Slug of the team/).fill('another');
  const ask = plain.getByRole('button', { name: /^Ask a second admin/ });
  await ask.click();
  await expect(plain.getByLabel(/^Reason/)).toHaveValue('All of its work is over and done.');
  const typed = plain.getByLabel(/^Slug of the team/);
  const hint =
    (await plain
      .getByText(/^Type \S+ to confirm\.$/)
      .first()
      .textContent()) ?? '';
  await typed.fill(hint.split(' ')[1] ?? '');
  await ask.click();
  await expect(plain.getByRole('heading', { level: 1 })).toHaveText(/^Delete the team/);
  await expect(plain.getByText(/As the only admin you may approve it from/)).toBeVisible();
  const ending = plain.url();
  await plain.goto(`${house.url}/admin/team`);
  await expect(plain.getByText('It is asked for already:')).toBeVisible();

  // A second admin agrees: nobody is in it any more, and one who belongs elsewhere too brings it back as it was.
  const { id: open } = await api.session(second);
  await api.command(open, 'stop');
  await api.waitFor(open, 'stopped');
  await people.ok('POST', '/members', { body: { ...ben, role: 'admin' } });
  await people.ok('POST', '/teams', { body: { name: 'The other works' } });
  const bens = await pageOf(browser, house, ben);
  await bens.goto(ending);
  await bens.getByRole('textbox', { name: /^Type / }).fill(hint.split(' ')[1] ?? '');
  await bens.getByRole('textbox', { name: /^Note/ }).fill('Its work lives on elsewhere.');
  await expectAccessible(bens);
  await bens.getByRole('button', { name: /Approve and delete it/ }).click();
  await expect(bens).toHaveURL(/\/login/);
  await member.goto(`${house.url}/sessions/${first}`);
  await expect(member).toHaveURL(/\/login/);
  await signIn(plain, house);
  await plain.goto(`${house.url}/approvals/new`);
  await expect(plain.getByRole('heading', { name: 'Deleted teams of yours' })).toBeVisible();
  await plain.getByRole('button', { name: /^Bring it back/ }).click();
  await expect(plain.getByText('It is back, with everything in it; enter it among your teams.')).toBeVisible();
  // Nobody's login ended with the team; what they had open is there again.
  await member.goto(`${house.url}/sessions/${first}`);
  await expect(stateOf(member).getByText('COMPLETED', { exact: true })).toBeVisible();
});
