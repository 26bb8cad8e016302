import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type OwnRedis, startOwnRedis } from '../../scripts/redis.ts';
import { expect, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { expectAccessible, signIn } from '../support/pages.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

let redis: OwnRedis;
test.beforeAll(async () => {
  redis = await startOwnRedis();
});
test.afterAll(() => redis?.stop());

const run = promisify(execFile);
const work = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 3000
- say: The result is written.
`);

const again = script(`
- bash: node tally.js twice 4000
- say: Twice.
`);

test('a drill kills OpenCode from the page, then connections and the engine from the terminal, and all is reported', async ({
  house,
  page,
}) => {
  // Supervised: whoever killed the engine is started again, here by the test.
  const knobs = { REDIS_URL: redis.url, SUPERVISED: '1' };
  const app = await house.start(knobs);
  const api = await house.api();
  const source = await house.repository();
  const repository = await api.register(source, { verify: ['node check.js'] });
  const { id } = await api.create({ repositoryId: repository.id, prompt: work });
  await api.waitForEvent(id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
  const before = await house.openCode();

  await signIn(page, house);
  await page.goto(`${house.url}/admin/drill`);
  await page.getByRole('button', { name: /^OpenCode/ }).click();
  await page.getByLabel(/to confirm/).fill('opencode');
  await page.getByRole('button', { name: 'Kill it' }).click();
  const report = page.getByRole('region', { name: /^OpenCode,/ });
  await expect(report).toContainText('under way');
  await expect(report).toContainText('runtime');
  await expect(report).toContainText('complete after', { timeout: 130_000 });
  await expect(report).toContainText(/runtime was back after \d+ s/);
  await expect(report.getByText('0', { exact: true }).first()).toBeVisible();
  expect((await house.openCode()).pid).not.toBe(before.pid);
  await expectAccessible(page);

  await api.waitFor(id, 'completed');
  await expectSoundHistory(api, id, { repository: source, files: { 'result.txt': 'one\n', 'tally.txt': 'once\n' } });

  const cli = join(import.meta.dirname, '../../server/admin-cli.ts');
  const drill = (part: string) =>
    run(process.execPath, [cli, 'drill', '--part', part], {
      env: { ...process.env, ...house.environment, ...knobs },
      timeout: 150_000,
    });
  for (const [part, killed] of [
    ['database', /^Killed: one connection to PostgreSQL/],
    ['redis', /^Killed: .*Redis/],
  ] as const) {
    const { stdout } = await drill(part);
    expect(stdout).toMatch(killed);
    expect(stdout).toContain('0 sessions at work: 0 lost');
  }

  const second = await api.create({ repositoryId: repository.id, prompt: again });
  await api.waitForEvent(second.id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
  const watching = drill('engine');
  expect((await app.ended(60)).signal, 'the process itself').toBe('SIGKILL');
  await house.start(knobs);
  const { stdout } = await watching;
  expect(stdout).toContain('1 session at work: 0 lost');
  await api.waitFor(second.id, 'completed');
  await expectSoundHistory(api, second.id, { repository: source, files: { 'tally.txt': 'twice\n' }, takeovers: 1 });

  await page.goto(`${house.url}/admin/audit?action=drill`);
  await expect(page.getByText('filed the report of').first()).toBeVisible();
  await expect(page.getByText('killed a part on purpose in').first()).toBeVisible();
});
