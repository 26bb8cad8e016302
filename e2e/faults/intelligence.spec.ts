import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, shareHouse, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { script } from '../support/rest.ts';
import { until } from '../support/wait.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ mode: 'serial', timeout: 480_000 });
// What is asked of it first dies there.
const shared = shareHouse({ FAULT_AT: 'after_dispatch' });

const step = (key: string) =>
  `  - { key: ${key}, title: Implement ${key}, capabilities: [code_generation], estimate: { likely: 1 } }`;
const plan = ['```rehearsal plan', 'tasks:', step('left'), step('right'), '```', ''].join('\n');
const killed = { code: null, signal: 'SIGKILL' };

test('a planner whose app is killed after its dispatch and after its plan plans once, and its plan is what runs', async () => {
  const { house, api } = shared;
  const source = await house.repository('planned');
  const repository = await api.register(source, { verify: ['node check.js'] });
  const prompt = `Do both.\n\n${plan}
${script('- write: { path: left.txt, content: "left\\n" }', 'task=left')}
${script('- write: { path: right.txt, content: "right\\n" }', 'task=right')}`;
  const { id } = await api.create({ repositoryId: repository.id, blueprint: 'planner', prompt });
  expect(await shared.app.ended(), 'after its dispatch').toEqual(killed);
  expect(await house.launch({ FAULT_AT: 'after_plan' }).ended(), 'after its plan').toEqual(killed);

  shared.app = await house.start();
  await api.waitFor(id, 'completed', 240);
  const events = await expectSoundHistory(api, id, {
    repository: source,
    files: { 'left.txt': 'left\n', 'right.txt': 'right\n' },
    tasks: 2,
    takeovers: 2,
  });
  const proposed = events.filter((event) => event.type === 'plan.proposed');
  expect(proposed.map((event) => event.payload.source)).toEqual(['planner']);
  expect(events.filter((event) => event.type === 'plan.accepted')).toHaveLength(1);
  const takeover = events.find((event) => event.type === 'recovery.taken_over');
  expect(takeover?.seq, 'it died before its plan was told').toBeLessThan(proposed[0]?.seq ?? 0);
});

test('an app killed while an agent brings a conflict together ends with both sides, once', async () => {
  const { house, api, app } = shared;
  const source = await house.repository('conflict');
  const repository = await api.register(source, { verify: ['node check.js'] });
  const began = join(house.folder, 'began');
  const prompt = `Do both.\n\n${plan}
${script('- write: { path: words.txt, content: "left\\n" }', 'task=left')}
${script('- write: { path: words.txt, content: "right\\n" }', 'task=right')}
${script(
  `- bash: node tally.js resolved 3000 ${began}
- write: { path: words.txt, content: "left\\nright\\n" }`,
  'conflict',
)}`;
  const { id } = await api.create({ repositoryId: repository.id, blueprint: 'planner', prompt });
  await until('the resolver to work', async () => existsSync(began), 240);
  await app.kill();

  shared.app = await house.start();
  await api.waitFor(id, 'completed', 240);
  const events = await expectSoundHistory(api, id, {
    repository: source,
    files: { 'words.txt': 'left\nright\n', 'tally.txt': 'resolved\n' },
    tasks: 2,
    takeovers: 1,
  });
  expect(events.filter((event) => event.type === 'conflict.detected')).toHaveLength(1);
  const resolved = events.filter((event) => event.type === 'conflict.resolved');
  expect(resolved).toHaveLength(1);
  expect(resolved[0]?.payload.resolvedBy).toMatchObject({ kind: 'agent' });
});

test('an app killed between the proof of a replayed commit and its merge lands what was proven', async () => {
  const { house, api, app } = shared;
  const source = await house.repository('replayed');
  const repository = await api.register(source, { verify: ['node check.js'] });
  const prompt = `Do both.\n\n${plan}
${script('- write: { path: left.txt, content: "left\\n" }', 'task=left')}
${script('- write: { path: right.txt, content: "right\\n" }\n- ask: git gc --auto', 'task=right')}`;
  const { id } = await api.create({ repositoryId: repository.id, blueprint: 'planner', prompt });
  const first = await api.waitForEvent(id, 'merge.completed', () => true, 240);
  const ask = await api.openAsk(id, 240);
  await app.kill();

  const again = await house.start({ FAULT_AT: 'before_merge' });
  await api.ok('POST', `/asks/${ask.id}/answer`, { body: { decision: 'once' } });
  expect(await again.ended(240)).toEqual(killed);

  shared.app = await house.start();
  await api.waitFor(id, 'completed', 240);
  const events = await expectSoundHistory(api, id, {
    repository: source,
    files: { 'left.txt': 'left\n', 'right.txt': 'right\n' },
    tasks: 2,
    takeovers: 2,
  });
  const merge = events.filter((event) => event.type === 'merge.completed').at(-1);
  const proofs = events.filter(
    ({ type, payload }) => type === 'verification.passed' && payload.taskId === merge?.payload.taskId,
  );
  expect(proofs.length).toBeGreaterThan(0);
  for (const proof of proofs)
    expect(proof.payload.baseCommit, 'proven on what landed before').toBe(first.payload.commit);
});
