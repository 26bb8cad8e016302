import { outliveEveryPoint } from '../support/every-point.ts';
import { expect, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 480_000 });

test('one session outlives a kill of the app at every point, one after the other', ({ house }) =>
  outliveEveryPoint(house));

test('a run that outlived the app in the middle of a tool is adopted, not begun again', async ({ house }) => {
  const first = await house.start({ FAULT_AT: 'mid_tool' });
  const api = await house.api();
  const source = await house.repository();
  const repository = await api.register(source, { verify: ['node check.js'] });
  const prompt = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 1000
- say: The result is written.
`);
  const { id } = await api.create({ repositoryId: repository.id, prompt });
  expect(await first.ended()).toEqual({ code: null, signal: 'SIGKILL' });

  await house.start();
  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, {
    repository: source,
    files: { 'result.txt': 'one\n', 'tally.txt': 'once\n' },
    takeovers: 1,
  });
  const [takeover] = events.filter((event) => event.type === 'recovery.taken_over');
  expect(takeover?.payload.adopted, 'the living run was adopted').toBe(true);
  expect(events.filter((event) => event.type === 'attempt.started')).toHaveLength(1);
});
