import { expect, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

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

const work = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 1000
- edit: { path: result.txt, find: one, replace: two }
- say: The result is written.
`);

for (const point of points) {
  test(`the app killed at ${point} finishes its work once after the next start`, async ({ house }) => {
    const first = await house.start({ FAULT_AT: point });
    const api = await house.api();
    const source = await house.repository();
    const repository = await api.register(source, { verify: ['node check.js'] });
    const { id } = await api.create({ repositoryId: repository.id, prompt: work });
    expect(await first.ended()).toEqual({ code: null, signal: 'SIGKILL' });

    const second = await house.start();
    await api.waitFor(id, 'completed');
    const events = await expectSoundHistory(api, id, {
      repository: source,
      files: { 'result.txt': 'two\n', 'tally.txt': 'once\n' },
      // A claim that had not begun goes back into the queue; nothing was under way yet.
      takeovers: point === 'after_claim' ? 0 : 1,
    });
    if (point === 'mid_tool') {
      const [takeover] = events.filter((event) => event.type === 'recovery.taken_over');
      expect(takeover?.payload.adopted, 'the living run was adopted, not begun again').toBe(true);
      expect(events.filter((event) => event.type === 'attempt.started')).toHaveLength(1);
    }
    expect((await second.stop()).code).toBe(0);
    expect(await house.leftRunning()).toEqual([]);
  });
}
