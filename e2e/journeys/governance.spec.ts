import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';
import {
  beside,
  enabledChangers,
  enter,
  locally,
  madeToken,
  readable,
  storyOf,
  tokenOf,
} from '../support/governing.ts';
import type { Installation } from '../support/installation.ts';
import { createSession, expectAccessible, expectFitsPhone, nobody, setUp, stateOf } from '../support/pages.ts';
import { restClient, script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a fifth of it.
test.setTimeout(480_000);
// Its rows can be reached from outside: that is how days pass here.
test.use({ bare: true, actionTimeout: 20_000 });

const phone = { width: 360, height: 740 };
const desk = { width: 1440, height: 900 };

const account = (name: string) => ({
  email: `${name.toLowerCase()}@example.com`,
  name,
  password: `${name} counts nine herons`,
});
const ben = account('Ben');
const lea = account('Lea');
const mia = account('Mia');
const vic = account('Vic');
const otto = account('Otto');

const fixWrapping = script(`
- question: { text: "Which line ending does the library write?", options: [LF, CRLF] }
- ask: git gc --auto
- edit: { path: src/wrap.ts, find: "width(word) < columns", replace: "width(word) <= columns" }
- bash: npm test
- ask: git gc --quiet
`);
const result = '- write: { path: result.txt, content: "42" }';
const reason = 'The rest was done by hand on the release branch.';

/** What people did, as the audit tells it. */
const tale = [
  'Ada Lovelace created team Founders.',
  'Lea accepted the invitation.',
  'Lea signed in.',
  'Mia signed in.',
  'Mia created session IND-1.',
  'Mia answered ask “Which line ending does the library write?”.',
  'Mia answered ask “git gc --auto”.',
  'Lea made the rule “git gc *”.',
  'Lea answered ask “git gc --quiet”.',
  'The rule “git gc *” answered ask “git gc --auto”.',
  'Vic signed in.',
  'Lea answered ask “npm publish --dry-run”.',
  'Lea answered ask “npm publish --dry-run”.',
  'Mia requested a decision about session IND-3.',
  'Ada Lovelace rejected a request about session IND-3.',
  'Mia requested a decision about session IND-3.',
  'Ben signed in.',
  'Ben proved again who they are.',
  'Ben completed by force session IND-3.',
  'Ada Lovelace proved again who they are.',
  'Ada Lovelace changed the role of Lea.',
  'Lea signed in.',
  'Ada Lovelace made token Nightly build.',
  'Ada Lovelace exchanged the secret of token Nightly build.',
  'Ada Lovelace changed how long data is kept.',
  'Ada Lovelace took away what is no longer kept.',
];

/** Asks on the session's page that it be completed by force; the page shows the request then. */
async function askFor(page: Page, house: Installation, slug: string): Promise<void> {
  await page.goto(`${house.url}/sessions/${slug}/force-complete`);
  await page.getByLabel(/^Reason/).fill(reason);
  await page.getByRole('button', { name: /Ask an admin/ }).click();
  await expect(page).toHaveURL(/\/approvals\/[0-9a-f-]{36}$/);
}

test('five people of two teams: asks, rules, a second person, roles, tokens, retention, and what the audit tells', async ({
  house,
  page: ada,
  browser,
}) => {
  await setUp(ada, house, await house.start(nobody));
  const admin = restClient(house.url, await house.token(['members:write', 'teams:write', 'repositories:write']));
  for (const [who, role] of [
    [ben, 'admin'],
    [mia, 'member'],
    [vic, 'viewer'],
  ] as const)
    await admin.ok('POST', '/members', { body: { ...who, role } });
  const other = await admin.ok<{ id: string }>('POST', '/teams', { body: { name: 'The other works' } });
  await admin.ok('POST', `/teams/${other.id}/members`, { body: { ...otto, role: 'member' } });
  const { invitation } = await admin.ok<{ invitation: { link: string } }>('POST', '/members', {
    body: { email: lea.email, name: lea.name, role: 'lead' },
  });
  const leas = await (await browser.newContext({ locale: 'en-US' })).newPage();
  await leas.goto(invitation.link);
  await leas.locator('[name=password]').fill(lea.password);
  await leas.getByRole('button', { name: /^join/i }).click();
  await expect(leas).toHaveURL(`${house.url}/`);
  const api = await house.api();
  await api.register('sample');

  // The member does the main job: a goal, an answer, a permission for this once.
  const mias = await enter(browser, house, mia);
  const first = await createSession(mias, house, { title: 'Fix the wrapping', prompt: fixWrapping });
  await mias.getByRole('radio', { name: 'LF', exact: true }).check();
  await mias.getByRole('button', { name: 'Send the answer' }).click();
  await mias.getByRole('button', { name: 'Allow once' }).click();
  await expect(mias.getByText('git gc --quiet').first()).toBeVisible({ timeout: 60_000 });

  // The lead makes a rule of the next ask, after a look at what it would have allowed.
  await leas.goto(`${house.url}/asks`);
  await leas.getByRole('link', { name: 'Always, by a rule' }).click();
  await leas.getByLabel('Pattern').fill('git gc *');
  await leas.getByLabel('Where').selectOption('team');
  await leas.getByRole('button', { name: /^Look what/ }).click();
  await expect(leas.getByText(/would have allowed 2 asks of 2 of this kind/)).toBeVisible();
  await expectAccessible(leas);
  await leas.getByRole('button', { name: /^Always allow/ }).click();
  await expect(leas.getByText('No agent waits for you.')).toBeVisible();
  await expect(stateOf(mias).getByText('COMPLETED', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(stateOf(mias)).toContainText(/proven/i);

  // From now on nobody is asked for it; two others ask for what no rule says.
  const repository = await api.register(await house.repository(), { verify: ['node check.js'] });
  const own = restClient(house.url, await tokenOf(house, mia.email));
  const create = (title: string, steps: string, more = {}) =>
    own.create({ title, repositoryId: repository.id, prompt: script(steps), ...more });
  const second = await create('Tidy up', `- ask: git gc --auto\n${result}`);
  const third = await create('Release', '- ask: npm publish --dry-run\n- ask: npm publish --tag next');
  const fourth = await create('Release notes', `- ask: npm publish --dry-run\n${result}`);
  const fifth = await create('An idea', '- say: Later.', { start: false });
  await api.command(fifth.id, 'cancel');
  await api.waitFor(second.id, 'completed');
  for (const { id } of [third, fourth]) await api.openAsk(id);
  await leas.goto(`${house.url}/asks/answered`);
  await expect(leas.getByRole('row', { name: /git gc --auto/ }).first()).toContainText('Allowed once by a rule.');
  await leas.goto(`${house.url}/asks/rules`);
  await expect(leas.getByRole('row', { name: /git gc \*/ })).toContainText(/1\s*×/);
  await expectAccessible(leas);

  // The product owner reads everything of the team and can press nothing; what is refused says why.
  const vics = await enter(browser, house, vic);
  for (const path of readable(first, third.slug)) {
    await vics.goto(`${house.url}${path}`);
    await expect(vics.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(vics.getByText('FORBIDDEN')).toHaveCount(0);
    expect.soft(await enabledChangers(vics), path).toEqual(path === '/blueprints/-/new' ? ['Preview'] : []);
  }

  await vics.goto(`${house.url}/asks`);
  await expect(vics.getByText(/needs the role lead; yours is viewer/).first()).toBeVisible();
  await vics.goto(`${house.url}/admin/audit`);
  await expect(vics.getByText('FORBIDDEN')).toBeVisible();
  // Refused, but not lost: the way out and what is the matter stay.
  await expect(vics.getByRole('navigation', { name: 'Main rooms' })).toBeVisible();
  await expect(vics.getByRole('navigation', { name: 'Annunciator' })).toBeVisible();
  const waits = await api.openAsk(third.id);
  for (const [path, form] of [
    ['/asks', { askId: waits.id, decision: 'once' }],
    [`/sessions/${third.slug}`, { intent: 'stop' }],
    ['/sessions/new', { title: 'Mine', prompt: 'Do it.', repositoryId: repository.id, blueprint: 'single_task' }],
  ] as const) {
    const pressed = await vics.request.post(`${house.url}${path}`, { form });
    expect([path, pressed.status(), (await pressed.text()).includes('yours is viewer')]).toEqual([path, 403, true]);
  }

  // Several at once, with what it means before it is done.
  await leas.goto(`${house.url}/asks`);
  await leas.getByRole('button', { name: 'Select all' }).click();
  await expect(leas.getByText('Allows 2 asks, each this one time.')).toBeVisible();
  await expectAccessible(leas);
  await leas.setViewportSize(phone);
  await expectFitsPhone(leas);
  await leas.getByRole('link', { name: 'Always, by a rule' }).click();
  await expect(leas.getByLabel('Pattern')).toBeVisible();
  await expectFitsPhone(leas);
  await leas.setViewportSize(desk);
  await leas.getByRole('button', { name: /^Allow once.*Allows 2 asks/ }).click();
  await expect(leas.getByText('2 answers sent.')).toBeVisible();
  await api.waitFor(fourth.id, 'completed');
  await api.openAsk(third.id);

  // A force-complete is asked for, rejected, asked for again, and approved by the other admin with slug and password.
  await askFor(mias, house, third.slug);
  await ada.goto(mias.url());
  await ada.getByLabel(/^Why not/).fill('Nothing is published yet.');
  await ada.getByRole('button', { name: /^Reject/ }).click();
  await expect(mias.getByText('Nothing is published yet.')).toBeVisible();
  await askFor(mias, house, third.slug);
  const bens = await enter(browser, house, ben);
  await bens.goto(mias.url());
  await beside(house, `update login_sessions set proven_at = proven_at - interval '16 minutes'`);
  await bens.reload();
  const approve = bens.getByRole('button', { name: /Approve and complete/ });
  await expect(approve).toBeDisabled();
  await bens.getByRole('textbox', { name: /^Type IND/ }).fill(third.slug);
  await bens.getByRole('textbox', { name: /^Note/ }).fill('Published from the release branch.');
  await bens
    .getByLabel(/Your password/)
    .first()
    .fill(ben.password);
  await approve.click();
  await expect(bens.getByText(/Approved and done/)).toBeVisible();
  expect(await api.session(third.id)).toMatchObject({ status: 'completed', forced: true, proof: 'unverified' });

  // Another role while the page is open: it leads to the sign-in, and what the role gave is explained, not there.
  await leas.goto(`${house.url}/asks/rules`);
  await expect(leas.getByRole('button', { name: 'Revoke git gc *' })).toBeVisible();
  await ada.goto(`${house.url}/admin/people`);
  await ada.getByRole('link', { name: 'Lea', exact: true }).click();
  await ada.locator('[name=role][value=member]').check();
  await ada
    .getByLabel(/Your password/)
    .first()
    .fill(house.admin.password);
  await ada.getByRole('button', { name: /^change the role/i }).click();
  await expect(leas).toHaveURL(/\/login\?next=%2Fasks%2Frules$/);
  await leas.locator('[name=email]').fill(lea.email);
  await leas.locator('[name=password]').fill(lea.password);
  await leas.getByRole('button', { name: /^sign in/i }).click();
  await expect(leas.getByText(/needs the role lead; yours is member/)).toBeVisible();
  await expect(leas.getByRole('button', { name: /^Revoke/ })).toHaveCount(0);

  // A token's secret is exchanged while its program goes on with the old one, until the overlap is over.
  await ada.goto(`${house.url}/admin/tokens`);
  await ada.locator('[name=name]').fill('Nightly build');
  await ada.getByRole('button', { name: /^Make the token/ }).click();
  const old = await madeToken(ada);
  await ada.getByRole('button', { name: 'New secret for Nightly build' }).click();
  await expect(ada.getByText(/^the old secret .* works until/)).toBeVisible();
  const fresh = await madeToken(ada);
  const answers = async (...tokens: string[]) =>
    Promise.all(tokens.map(async (token) => (await api.call('GET', '/sessions', { token })).status));
  expect(fresh).not.toBe(old);
  expect(await answers(old, fresh)).toEqual([200, 200]);
  await beside(house, 'update api_tokens set previous_until = clock_timestamp() where previous_until is not null');
  expect(await answers(old, fresh)).toEqual([401, 200]);
  await expectAccessible(ada);

  // Forty days later a session that nobody began is older than the team keeps it.
  await beside(house, `update sessions set ended_at = ended_at - interval '40 days' where id = '${fifth.id}'`);
  await ada.goto(`${house.url}/admin/retention`);
  await ada.getByLabel(/^Sessions, in days/).fill('30');
  await ada.getByRole('button', { name: /^Look first/ }).click();
  await expect(ada.getByText(/^With these days a run would take away 1 session/)).toBeVisible();
  await ada.getByRole('button', { name: /^Keep these days/ }).click();
  await ada.getByRole('button', { name: /^Run now/ }).click();
  await ada.getByLabel(/^Type take it away/).fill('take it away');
  await ada.getByRole('button', { name: 'Take it away' }).click();
  await expect(ada.getByRole('table', { name: /Runs of the retention/ })).toContainText(/1 session.*Ada Lovelace/);
  await expectAccessible(ada);
  expect((await api.call('GET', `/sessions/${fifth.id}`)).status).toBe(404);

  // Nothing of all this exists for the other team.
  const ottos = await enter(browser, house, otto);
  for (const path of [
    `/sessions/${first}`,
    `/sessions/${third.id}`,
    `/repositories/${repository.id}`,
    new URL(mias.url()).pathname,
  ]) {
    await ottos.goto(`${house.url}${path}`);
    await expect(ottos.getByText('NOT_FOUND')).toBeVisible();
  }
  const foreign = await tokenOf(house, otto.email);
  const ofFirst = ['', '/tasks', '/graph', '/events', '/diff', '/metrics', '/report', '/checkpoints'];
  for (const path of [...ofFirst.map((part) => `/sessions/${second.id}${part}`), `/repositories/${repository.id}`])
    expect([path, (await api.call('GET', path, { token: foreign })).status]).toEqual([path, 404]);

  // The pages of the administration are for everybody's eyes and for a phone.
  const pages = ['/admin/tokens', '/admin/retention', '/admin/personal-data', '/admin/audit', '/account'];
  for (const path of pages) {
    await ada.goto(`${house.url}${path}`);
    await expectAccessible(ada);
  }
  await ada.setViewportSize(phone);
  for (const path of [...pages, '/asks', '/asks/rules', '/asks/answered']) {
    await ada.goto(`${house.url}${path}`);
    await expectFitsPhone(ada);
  }
  await ada.setViewportSize(desk);

  // The record of it is whole, and reads as it was.
  await ada.goto(`${house.url}/admin/audit`);
  const story = await storyOf(ada);
  expect(story.filter((sentence) => !/^(The program|The token)/.test(sentence))).toEqual(tale);
  await ada.goto(`${house.url}/admin/audit`);
  await ada.getByRole('button', { name: 'Verify the chain' }).click();
  await expect(ada.getByText(/^The chain is whole/)).toBeVisible();
  expect(await locally(house, 'audit:verify')).toMatch(/^(\S+: \d+ entries, whole\n?){2}$/);
});
