import { expect } from '@playwright/test';
import { expectSoundHistory } from './history.ts';
import type { Installation } from './installation.ts';
import { script } from './rest.ts';
import { until } from './wait.ts';

/** Of a session; the last one is of a dataset, which is written of a session that is proven. */
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

/** One session and its dataset, whose app is killed at every named point, one after the other, and comes back each time. */
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
    app = house.launch({ FAULT_AT: next ?? 'mid_dataset' });
  }
  await api.waitFor(id, 'completed');
  await expectSoundHistory(api, id, {
    repository: source,
    files: { 'result.txt': 'two\n', 'tally.txt': 'once\n' },
    // A claim that had not begun goes back into the queue; every other kill was under way.
    takeovers: points.length - 1,
  });
  await api.ok('PUT', '/datasets/consent', { body: { given: true } });
  const body = { name: 'What was proven', licence: 'Internal', rehearsal: true };
  const { id: datasetId } = await api.ok<{ id: string }>('POST', '/datasets', { body });
  expect(await app.ended(), 'killed at mid_dataset').toEqual({ code: null, signal: 'SIGKILL' });
  app = await house.start();
  const dataset = await until('the dataset to be complete', async () => {
    const now = await api.ok<{ status: string; reason: string | null; samples: number }>(
      'GET',
      `/datasets/${datasetId}`,
    );
    if (now.status === 'failed') throw new Error(`The dataset failed: ${now.reason}`);
    return now.status === 'completed' ? now : null;
  });
  expect(dataset.samples).toBe(1);
  const file = await api.call('GET', `/datasets/${datasetId}/file`);
  expect(file.text.trim().split('\n'), file.text).toHaveLength(1);
  expect((await app.stop()).code).toBe(0);
  expect(await house.leftRunning()).toEqual([]);
}
