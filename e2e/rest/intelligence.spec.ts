import { expectError } from '../support/errors.ts';
import { expect, test } from '../support/fixtures.ts';
import { git } from '../support/git.ts';
import { collidingPlan, greetingPrompt } from '../support/greeting.ts';
import { expectSoundHistory, expectSoundTimeline } from '../support/history.ts';
import { plan, step } from '../support/plans.ts';
import { type RestClient, script } from '../support/rest.ts';
import { until } from '../support/wait.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 480_000 });

interface Task {
  id: string;
  key: string;
  status: string;
  proof: string;
  parentTaskId: string | null;
  attemptCount: number;
  dependencies: { id: string; taskId: string }[];
}
interface Conflict {
  id: string;
  status: string;
  sides: { path: string; ours: string | null; theirs: string | null }[];
}

const tasksOf = async (api: RestClient, id: string) =>
  (await api.ok<{ items: Task[] }>('GET', `/sessions/${id}/tasks?limit=100`)).items;
async function taskOf(api: RestClient, id: string, key: string): Promise<Task> {
  const task = (await tasksOf(api, id)).find((one) => one.key === key);
  if (task === undefined) throw new Error(`The session has no task ${key}.`);
  return task;
}

test('a graph is added to, split and linked before it runs, and a circle is refused', async ({ stage }) => {
  const { api } = stage;
  const { id: repositoryId, source } = await stage.repository();
  const prompt = `Count.\n\n${plan(`tasks:\n${step('one')}\n${step('two')}`)}\n${script('- bash: node tally.js step')}`;
  const { id } = await api.create({ repositoryId, blueprint: 'planner', autonomy: 'plan_approval', prompt });
  await until('the plan to wait', async () => (await api.session(id)).attention.kind === 'approval', 240);
  const [one, two] = [await taskOf(api, id, 'one'), await taskOf(api, id, 'two')];
  const added = await api.ok<Task>('POST', `/sessions/${id}/tasks`, {
    body: { title: 'Implement three', key: 'three', dependsOn: [{ key: 'two' }] },
  });
  const link = (from: Task, to: Task) =>
    api.call('POST', `/tasks/${from.id}/dependencies`, { body: { taskId: to.id } });
  expect((await link(two, one)).status).toBe(201);
  const circle = await link(one, added);
  expectError(circle, 422, 'INVALID', 'taskId', /wait for each other: .*one/);
  await api.ok('POST', `/tasks/${one.id}/decompose`, {
    body: {
      tasks: [
        { key: 'one-a', title: 'Implement the first half' },
        { key: 'one-b', title: 'Implement the second half', dependsOn: [{ key: 'one-a' }] },
      ],
    },
  });
  const stranger = await api.call('POST', `/sessions/${id}/tasks`, {
    body: { title: 'Implement four', dependsOn: [{ key: 'nothing' }] },
  });
  expectError(stranger, 422, 'INVALID', 'dependsOn.0.key');
  expect((await tasksOf(api, id)).map(({ key }) => key).sort()).toEqual(['one', 'one-a', 'one-b', 'three', 'two']);
  await api.command(id, 'accept-plan');
  const done = await api.waitFor(id, 'completed', 360);
  expect(done.proof).toBe('proven');
  const trailer = '--format=%(trailers:key=Orchestrator-Task,valueonly)';
  const landed = await git(source, 'log', '--reverse', trailer, `main..${done.branch}`);
  expect(landed.split('\n').filter(Boolean)).toEqual(['one-a', 'one-b', 'two', 'three']);
  expectSoundTimeline(await api.events(id));
});

test('work that fails its proof is taken by the word of a lead alone, and the session says it is unverified', async ({
  stage,
}) => {
  const { api } = stage;
  const { id: repositoryId, source } = await stage.repository();
  const prompt = `Write it.\n
${plan(`tasks:\n${step('broken')}\n${step('held', ', verification: [node --version]')}`)}
${script('- write: { path: result.txt, content: "broken\\n" }', 'task=broken')}
${script('- write: { path: other.txt, content: "two\\n" }\n- ask: git gc --auto', 'task=held')}`;
  const { id } = await api.create({ repositoryId, blueprint: 'planner', prompt });
  const broken = await until(
    'the proof to fail for good',
    async () => {
      const task = (await tasksOf(api, id)).find(({ key }) => key === 'broken');
      return task?.status === 'failed' ? task : null;
    },
    360,
  );
  expect(broken.attemptCount).toBe(3);
  expect((await api.session(id)).status, 'the other task holds the session open').toBe('running');
  const waive = (reason: string) => api.call('POST', `/tasks/${broken.id}/waive`, { body: { reason } });
  expectError(await waive('Fine.'), 422, 'INVALID', 'reason', /at least 20/);
  expect((await waive('The check is wrong about this word; it is meant.')).status).toBe(200);
  await until(
    'the work to land',
    async () => (await api.ok<Task>('GET', `/tasks/${broken.id}`)).status === 'completed',
  );
  const ask = await api.openAsk(id);
  await api.ok('POST', `/asks/${ask.id}/answer`, { body: { decision: 'once' } });

  const done = await api.waitFor(id, 'completed', 240);
  expect(done.proof).toBe('unverified');
  expect((await taskOf(api, id, 'broken')).proof).toBe('waived');
  expect((await taskOf(api, id, 'held')).proof).toBe('proven');
  expect(await git(source, 'show', `${done.branch}:result.txt`)).toBe('broken');
  const events = await api.events(id);
  expectSoundTimeline(events);
  expect(events.find((event) => event.type === 'evidence.waived')?.payload.reason).toMatch(/^The check is wrong/);
  const started = events.filter(({ type, payload }) => type === 'attempt.started' && payload.taskId === broken.id);
  expect(started.map(({ payload }) => payload.role)).toEqual(['work', 'work', 'work', 'waiver']);
});

test('a conflict that agents leave is resolved through the API, file by file', async ({ stage }) => {
  const { api } = stage;
  const repository = await api.register('sample');
  const prompt = greetingPrompt({ plan: collidingPlan, conflict: '- say: I leave it as it is.' });
  const { id } = await api.create({ repositoryId: repository.id, blueprint: 'planner', prompt });
  await until('a person to be asked', async () => (await api.session(id)).attention.kind === 'conflict', 360);
  const { items } = await api.ok<{ items: Conflict[] }>('GET', `/sessions/${id}/conflicts?status=waiting_for_person`);
  const conflict = await api.ok<Conflict>('GET', `/conflicts/${items[0]?.id}`);
  expect(conflict.sides.map(({ path, ours, theirs }) => [path, [ours, theirs].sort()])).toEqual([
    ['WORDS.md', ['HELLO\n', 'hello\n']],
  ]);
  const resolve = (files: object[]) => api.call('POST', `/conflicts/${conflict.id}/resolve`, { body: { files } });
  expectError(await resolve([]), 422, 'INVALID', 'files', /no choice for WORDS\.md/);
  const marked = { path: 'WORDS.md', choice: 'edited', content: '<<<<<<< a\nhello\n=======\nHELLO\n>>>>>>> b\n' };
  expectError(await resolve([marked]), 422, 'INVALID', 'files.0.content', /conflict markers/);
  expectError(await resolve([{ path: 'other.md', choice: 'ours' }]), 422, 'INVALID', 'files.0.path', /not in conflict/);
  expect((await resolve([{ path: 'WORDS.md', choice: 'edited', content: 'hello\nHELLO\n' }])).status).toBe(200);
  await api.waitFor(id, 'completed', 240);
  await expectSoundHistory(api, id, {
    repository: repository.source,
    files: { 'WORDS.md': 'hello\nHELLO\n' },
    tasks: 2,
  });
  expectError(await resolve([{ path: 'WORDS.md', choice: 'ours' }]), 409, 'CONFLICT');
});

test('a session whose tokens are used is paused, and goes on with the same attempt when they are raised', async ({
  stage,
}) => {
  const { api } = stage;
  const { id: repositoryId, source } = await stage.repository();
  const prompt = script(`
- usage: { input: 1900, output: 100 }
- write: { path: result.txt, content: "one\\n" }
- usage: { input: 1900, output: 100 }
- write: { path: other.txt, content: "two\\n" }
- usage: { input: 900, output: 100 }
- say: All is written.
`);
  const { id } = await api.create({ repositoryId, prompt, budget: { tokens: 3_000 } });
  const paused = await api.waitFor(id, 'paused', 240);
  expect(paused.cause).toMatch(/^budget: all 3000 tokens are used/);
  const held = await api.ok<{ account: object; open: object[] }>('GET', `/sessions/${id}/budget`);
  expect(held.account).toMatchObject({ caps: { tokens: 3_000 } });
  const raise = (tokens: number) => api.call('PATCH', `/sessions/${id}`, { body: { budget: { tokens } } });
  expectError(await raise(-1), 422, 'INVALID', 'budget.tokens');
  expect((await raise(50_000)).status).toBe(200);
  await api.command(id, 'resume');
  await api.waitFor(id, 'completed', 240);
  const events = await expectSoundHistory(api, id, {
    repository: source,
    files: { 'result.txt': 'one\n', 'other.txt': 'two\n' },
  });
  expect(events.filter((event) => event.type === 'attempt.started')).toHaveLength(1);
  expect(events.filter((event) => event.type === 'budget.exhausted')).not.toHaveLength(0);
  const after = await api.ok('GET', `/sessions/${id}/budget`);
  expect(after).toMatchObject({ account: { reserved: { tokens: 0 }, spent: { tokens: 5_000 } }, open: [] });
});

test('a planner answer that is no JSON goes back to it, and after the third one a blueprint is used', async ({
  stage,
}) => {
  const { api } = stage;
  const { id: repositoryId, source } = await stage.repository();
  const words = plan('I would rather talk about it first.');
  const work = script('- write: { path: result.txt, content: "one\\n" }');
  const create = (prompt: string) => api.create({ repositoryId, blueprint: 'planner', prompt });
  const told = async (id: string) => {
    const { payload } = await api.waitForEvent(id, 'plan.proposed', () => true, 240);
    const repairs = await api.events(id, ['prompt.injected']);
    return { payload, repairs: repairs.map((event) => event.payload.repair) };
  };

  const repaired = await create(`Do it.\n\n${words}${plan(`tasks:\n${step('a')}`, 'plan attempt=2')}\n${work}`);
  const second = await told(repaired.id);
  expect(second.payload).toMatchObject({ source: 'planner', rounds: 2, tasks: [{ key: 'a' }] });
  expect(second.repairs).toEqual([1]);
  await api.waitFor(repaired.id, 'completed', 240);
  await expectSoundHistory(api, repaired.id, { repository: source, files: { 'result.txt': 'one\n' } });

  const hopeless = await create(`Do it.\n\n${words}\n${work}`);
  const third = await told(hopeless.id);
  expect(third.payload).toMatchObject({ source: 'fallback', rounds: 3, blueprint: 'single_task' });
  expect(third.payload.sentence).toMatch(/no usable plan/);
  expect(third.repairs).toEqual([1, 2]);
  await api.waitFor(hopeless.id, 'completed', 240);
  await expectSoundHistory(api, hopeless.id, { repository: source, files: { 'result.txt': 'one\n' } });
});
