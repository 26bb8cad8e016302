import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { RunEnd } from '../ports.ts';
import type { Run } from '../testing/hand-runner.ts';
import {
  addSession,
  createInstance,
  type House,
  historyOf,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
  whileTicking,
} from '../testing/house.ts';

const task = (key: string, more: object = {}) => ({
  key,
  title: `Add ${key}`,
  capabilities: ['code_generation'],
  estimate: { optimistic: 1, likely: 2, pessimistic: 3 },
  ...more,
});
const answer = (...tasks: object[]): RunEnd => ({
  type: 'completed',
  text: `Here:\n\n\`\`\`json\n${JSON.stringify({ tasks })}\n\`\`\`\n`,
});
const ended = (session: Session) => ['completed', 'partially_completed', 'failed'].includes(session.status);

describe.each(['pglite', 'postgres'] as const)('a session that a planner plans, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  /** What the planner answers, time after time. */
  let answers: ((run: Run) => Promise<RunEnd> | RunEnd)[];
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
    answers = [];
    one.play.current = play;
  });

  const isPlan = (run: Run) => run.order.title.startsWith('Plan the work');
  async function play(run: Run): Promise<RunEnd | undefined> {
    if (!isPlan(run)) {
      run.write(`${run.order.title.replaceAll(' ', '-')}.txt`, 'done\n');
      return undefined;
    }
    return answers.shift()?.(run) ?? { type: 'completed', text: 'I have nothing to say.' };
  }
  const plain = { blueprint: undefined, start: true };
  const over = (id: string) => until(house, [one.dispatcher], id, ended);
  const planOf = async (id: string) => (await historyOf(house, id)).filter(({ type }) => type === 'plan.proposed');
  const tasksOf = (id: string) => house.opened.store.tasks.bySession(id);

  test('its answer becomes the graph; the run itself is told, but no node of it', async () => {
    answers = [() => answer(task('a', { writes: ['a.txt'] }), task('b', { dependsOn: [{ key: 'a' }] }))];
    const { id } = await addSession(one, place, plain);
    const done = await over(id);
    expect(done).toMatchObject({ status: 'completed', progress: { completed: 2, total: 2 } });
    expect(done.planSource).toMatchObject({ kind: 'planner', rounds: 1, sentence: expect.stringContaining('2 tasks') });
    expect((await tasksOf(id)).map(({ key, status }) => [key, status])).toEqual([
      ['a', 'completed'],
      ['b', 'completed'],
    ]);
    const [proposed] = await planOf(id);
    expect(proposed?.payload).toMatchObject({
      source: 'planner',
      blueprint: null,
      tasks: [{ key: 'a' }, { key: 'b' }],
    });
    const planner = await house.opened.store.tasks.planOf(id);
    expect(planner).toMatchObject({ key: '@plan', kind: 'plan', status: 'completed' });
    const [attempt] = await house.opened.store.attempts.byTask(planner?.id ?? '');
    expect(attempt).toMatchObject({ role: 'plan', status: 'succeeded' });
    expect(attempt?.prompt).toContain('README.md');
    expect(attempt?.prompt).toContain('"dependsOn"');
    const [decision] = await house.opened.store.routing.byTask(planner?.id ?? '');
    expect(decision?.request).toMatchObject({ requiredCapabilities: ['task_decomposition'] });
    const routed = (await historyOf(house, id)).find(({ type }) => type === 'task.routed');
    expect(routed?.payload).toMatchObject({ taskId: planner?.id });
    expect(one.started[0]).toMatchObject({ agent: { permissionPreset: 'read_only' } });
  });

  test('a rule plans without a planner and offers what matched too', async () => {
    const { id } = await addSession(one, place, { ...plain, title: 'Add the database', prompt: 'Show it in the ui.' });
    const planned = await until(house, [one.dispatcher], id, ({ plannedAt }) => plannedAt !== null);
    expect(planned.planSource).toMatchObject({
      kind: 'rule',
      blueprint: 'crud',
      word: 'database',
      offered: ['ui_component'],
    });
    expect(await house.opened.store.tasks.planOf(id)).toBeNull();
    expect((await tasksOf(id)).map(({ planKey }) => planKey)).toContain('crud/tests');
  });

  test('the blueprint planner asks a planner whatever the words say, and children are never matched', async () => {
    answers = [() => answer(task('a')), () => answer(task('b'))];
    const words = { title: 'Add the database', prompt: 'A model.' };
    const parent = await addSession(one, place, { ...plain, ...words, blueprint: 'planner' });
    const child = await addSession(one, place, { ...plain, ...words, parentId: parent.id });
    expect((await over(parent.id)).planSource?.kind).toBe('planner');
    expect((await over(child.id)).planSource?.kind).toBe('planner');
  });

  test('a bad answer goes back with its faults in the same remote session, twice at most', async () => {
    const seen: Run['order'][] = [];
    const keep = (end: RunEnd) => (run: Run) => {
      seen.push(run.order);
      return end;
    };
    answers = [
      keep({ type: 'completed', text: 'I would split it.' }),
      keep(answer(task('a', { dependsOn: [{ key: 'z' }] }))),
      keep(answer(task('a'))),
    ];
    const { id } = await addSession(one, place, plain);
    expect((await over(id)).planSource).toMatchObject({ kind: 'planner', rounds: 3 });
    expect(new Set(seen.map(({ remoteSessionId }) => remoteSessionId)).size).toBe(1);
    expect(new Set(seen.map(({ remoteMessageId }) => remoteMessageId)).size).toBe(3);
    expect(seen[1]?.prompt).toContain('no JSON');
    expect(seen[2]?.prompt).toContain('tasks[0].dependsOn[0].key: There is no task z');
    const sent = (await historyOf(house, id)).filter(({ type }) => type === 'prompt.injected');
    expect(sent.map(({ payload }) => payload.repair)).toEqual([1, 2]);
  });

  test('without a usable plan the best blueprint is used, and the timeline says so', async () => {
    const { id } = await addSession(one, place, plain);
    const done = await over(id);
    expect(done).toMatchObject({ status: 'completed', progress: { completed: 1, total: 1 } });
    expect(done.planSource).toMatchObject({ kind: 'fallback', blueprint: 'single_task', rounds: 3 });
    const [proposed] = await planOf(id);
    expect(proposed?.payload).toMatchObject({
      source: 'fallback',
      sentence: expect.stringContaining('no usable plan'),
    });
    expect(await house.opened.store.tasks.planOf(id)).toMatchObject({ status: 'failed' });
  });

  test('a planner that fails is judged like any attempt, and its answer after the next try stands', async () => {
    answers = [() => ({ type: 'lost', message: 'the process died' }), () => answer(task('a'))];
    const { id } = await addSession(one, place, plain);
    await until(house, [one.dispatcher], id, async () => {
      one.time.ahead += 5;
      const planner = await house.opened.store.tasks.planOf(id);
      return planner?.status === 'completed';
    });
    expect((await over(id)).planSource).toMatchObject({ kind: 'planner', rounds: 2 });
  });

  test('a planner that is refused for good gives way to a blueprint', async () => {
    const refused = () => ({ type: 'failed' as const, failure: 'refused' as const, message: 'No.', retryAt: null });
    answers = [refused, refused, refused];
    const { id } = await addSession(one, place, plain);
    expect((await over(id)).planSource).toMatchObject({ kind: 'fallback', blueprint: 'single_task' });
  });

  test('where nobody can plan for half a minute a blueprint is used', async () => {
    await house.opened.database.db.execute('update agents set draining = true');
    const { id } = await addSession(one, place, { blueprint: 'planner', start: true });
    await until(house, [one.dispatcher], id, ({ status }) => status === 'running');
    one.time.ahead = 40;
    const planned = await until(house, [one.dispatcher], id, ({ plannedAt }) => plannedAt !== null);
    expect(planned.planSource).toMatchObject({ kind: 'fallback', rounds: 0 });
    expect(planned.planSource?.sentence).toMatch(/nobody can plan it/);
    await house.opened.database.db.execute('update agents set draining = false');
    await until(house, [one.dispatcher], id, ended);
  });

  test('where every task would fail as well the planning fails with the reason', async () => {
    answers = [() => ({ type: 'failed', failure: 'auth', message: 'The key is wrong.', retryAt: null })];
    const { id } = await addSession(one, place, plain);
    expect(await over(id)).toMatchObject({
      status: 'failed',
      plannedAt: null,
      error: { code: 'PLANNING', message: expect.stringContaining('The key is wrong.') },
      recoverable: true,
    });
    answers = [() => answer(task('a'))];
    await one.services.sessions.retry(place.admin, id);
    expect((await over(id)).planSource).toMatchObject({ kind: 'planner', rounds: 2 });
  });

  test('a plan waits for approval when the session asks for it', async () => {
    answers = [() => answer(task('a'))];
    const { id } = await addSession(one, place, { ...plain, autonomy: 'plan_approval' });
    await until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'approval');
    expect((await tasksOf(id)).map(({ status }) => status)).toEqual(['pending']);
    await one.services.sessions.acceptPlan(place.admin, id);
    expect((await over(id)).status).toBe('completed');
  });

  test('another dispatcher goes on where the first one fell: after dispatch, and after a repair was sent', async () => {
    let fallen = false;
    one.fault.at = (point) => {
      if (point !== 'after_dispatch' || fallen) return;
      fallen = true;
      throw new Error('the process fell here');
    };
    const never = () => new Promise<RunEnd>(() => undefined);
    answers = [() => ({ type: 'completed', text: 'Hm.' }), never];
    const { id } = await addSession(one, place, plain);
    const { store } = house.opened;
    await until(house, [one.dispatcher], id, async () => one.started.length === 2);
    expect(fallen).toBe(true);
    await one.dispatcher.stop();

    const two = createInstance(house, { owner: 'house.2' });
    two.play.current = play;
    answers = [() => answer(task('a'), task('b'))];
    const done = await until(house, [two.dispatcher], id, ended);
    expect(done).toMatchObject({ status: 'completed', planSource: { kind: 'planner', rounds: 2 } });
    expect(two.started[0]).toMatchObject({
      remoteMessageId: one.started[1]?.remoteMessageId,
      prompt: expect.stringContaining('no JSON'),
    });
    expect(await planOf(id)).toHaveLength(1);
    expect(await store.attempts.byTask((await store.tasks.planOf(id))?.id ?? '')).toHaveLength(1);
  });

  test('a crash between the answer and the graph loses nothing and doubles nothing', async () => {
    let falls = 2;
    const fall = one.deps.store.transaction;
    const deps = { ...one.deps.store };
    deps.transaction = async (work) => {
      if (falls > 0 && (await stored())) {
        falls -= 1;
        throw new Error('the database went away');
      }
      return fall(work);
    };
    const attempts = one.deps.store.attempts;
    let known = '';
    const stored = async () =>
      known !== '' &&
      (await attempts.bySession(known)).some(({ role, status }) => role === 'plan' && status === 'verifying');
    Object.assign(one.deps.store, { transaction: deps.transaction });
    answers = [() => answer(task('a'))];
    try {
      const { id } = await addSession(one, place, plain);
      known = id;
      expect((await over(id)).planSource).toMatchObject({ kind: 'planner' });
      expect(falls).toBe(0);
      expect(await planOf(id)).toHaveLength(1);
      expect(await tasksOf(id)).toHaveLength(1);
    } finally {
      Object.assign(one.deps.store, { transaction: fall });
    }
  });

  test('paused in mid-plan it goes on with the same attempt, stopped it asks anew after a retry', async () => {
    let hold = true;
    const waits = (run: Run) =>
      hold
        ? new Promise<RunEnd>((resolve) =>
            run.stopped.addEventListener('abort', () => resolve({ type: 'aborted', message: 'stopped' })),
          )
        : answer(task('a'));
    answers = [waits, waits, waits];
    const { id } = await addSession(one, place, plain);
    const planning = (_: Session, __: Task[]) =>
      house.opened.store.tasks.planOf(id).then((planner) => planner?.status === 'in_progress');
    await until(house, [one.dispatcher], id, planning);
    await whileTicking(one.dispatcher, one.services.sessions.pause(place.admin, id));
    expect(await house.opened.store.tasks.planOf(id)).toMatchObject({ status: 'paused' });
    await one.services.sessions.resume(place.admin, id);
    await until(house, [one.dispatcher], id, planning);
    await whileTicking(one.dispatcher, one.services.sessions.stop(place.admin, id));
    expect(await house.opened.store.tasks.planOf(id)).toMatchObject({ status: 'cancelled' });
    hold = false;
    await one.services.sessions.retry(place.admin, id);
    expect((await over(id)).planSource).toMatchObject({ kind: 'planner', rounds: 2 });
  });

  test('a prompt that a person sends while it plans goes to the planner', async () => {
    let go: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      go = resolve;
    });
    const seen: string[] = [];
    answers = [
      async () => {
        await asked;
        return answer(task('a'));
      },
      (run) => {
        seen.push(run.order.prompt);
        return answer(task('a'), task('b'));
      },
    ];
    const { id } = await addSession(one, place, plain);
    await until(
      house,
      [one.dispatcher],
      id,
      async () => (await house.opened.store.tasks.planOf(id))?.status === 'in_progress',
    );
    await one.services.sessions.prompt(place.admin, id, { text: 'Two tasks, please.' });
    go();
    expect(await over(id)).toMatchObject({ progress: { completed: 2, total: 2 }, planSource: { rounds: 1 } });
    expect(seen).toEqual(['Two tasks, please.']);
  });
});
