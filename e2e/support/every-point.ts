import { expect } from '@playwright/test';
import { expectSoundHistory } from './history.ts';
import type { Installation } from './installation.ts';
import { script } from './rest.ts';

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

const prompt = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 500
- edit: { path: result.txt, find: one, replace: two }
- say: The result is written.
`);

/** One session whose app is killed at every named point, one after the other, and comes back each time. */
export async function outliveEveryPoint(house: Installation): Promise<void> {
  let app = await house.start({ FAULT_AT: points[0] });
  const api = await house.api();
  const source = await house.repository();
  const repository = await api.register(source, { verify: ['node check.js'] });
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
    files: { 'result.txt': 'two\n', 'tally.txt': 'once\n' },
    // A claim that had not begun goes back into the queue; every other kill was under way.
    takeovers: points.length - 1,
  });
  expect((await app.stop()).code).toBe(0);
  expect(await house.leftRunning()).toEqual([]);
}
