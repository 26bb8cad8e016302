import { expect, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 480_000 });
test.use({ database: 'postgres' });

const points = [
  'after_claim',
  'after_plan',
  'after_dispatch',
  'mid_tool',
  'before_commit',
  'before_merge',
  'before_checkpoint',
  'before_final',
] as const;

test('on PostgreSQL one session outlives a kill at every point, one after the other', async ({ house }) => {
  let app = await house.start({ FAULT_AT: points[0] });
  const api = await house.api();
  const source = await house.repository();
  const repository = await api.register(source, { verify: ['node check.js'] });
  const prompt = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 500
- say: The result is written.
`);
  const { id } = await api.create({ repositoryId: repository.id, prompt });
  for (const [index, point] of points.entries()) {
    expect(await app.ended(), `killed at ${point}`).toEqual({ code: null, signal: 'SIGKILL' });
    const next = points[index + 1];
    // Not awaited until it is ready: it may well have reached the next point before.
    app = house.launch(next === undefined ? {} : { FAULT_AT: next });
  }
  await api.waitFor(id, 'completed');
  await expectSoundHistory(api, id, {
    repository: source,
    files: { 'result.txt': 'one\n', 'tally.txt': 'once\n' },
    takeovers: points.length - 1,
  });
});
