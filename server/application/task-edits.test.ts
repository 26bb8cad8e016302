import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Task } from '../domain/task.ts';
import type { RunEnd } from './ports.ts';
import type { Run } from './testing/hand-runner.ts';
import {
  addSession,
  createInstance,
  fileAt,
  type House,
  historyOf,
  type Instance,
  landed,
  makePlace,
  openHouse,
  type Place,
  until,
  whileTicking,
} from './testing/house.ts';

const hours = { optimistic: 1, likely: 2, pessimistic: 3 };
const child = (key: string, more: object = {}) => ({ key, title: `Add ${key}`, estimate: hours, ...more });

describe.each(['pglite', 'postgres'] as const)('edits of a graph that runs, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  /** Titles of the tasks whose agents wait until they are let go. */
  let held: Map<string, (end?: RunEnd) => void>;
  let holds: (title: string) => boolean;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
    held = new Map();
    holds = () => false;
    one.play.current = async (run: Run) => {
      const { title } = run.order;
      if (holds(title)) {
        const end = await new Promise<RunEnd | undefined>((resolve) => {
          held.set(title, resolve);
          run.stopped.addEventListener('abort', () => resolve(undefined));
        });
        if (end || run.stopped.aborted) return end;
      }
      run.write(`${title.replaceAll(/\W+/g, '-')}.txt`, 'done\n');
      return undefined;
    };
  });

  const { edits, tasksOf, byKey } = {
    edits: () => one.services.taskEdits,
    tasksOf: (id: string) => house.opened.store.tasks.bySession(id),
    byKey: async (id: string, key: string): Promise<Task> => {
      const found = (await house.opened.store.tasks.bySession(id)).find((task) => task.key === key);
      if (!found) throw new Error(`There is no task ${key}`);
      return found;
    },
  };
  const until1 = (id: string, wanted: (tasks: Task[]) => boolean) =>
    until(house, [one.dispatcher], id, (_, tasks) => wanted(tasks));
  const over = (id: string) =>
    until(house, [one.dispatcher], id, ({ status }) => ['completed', 'partially_completed', 'failed'].includes(status));
  /** A session whose one task is at work and waits. */
  async function atWork(fields: object = {}) {
    holds = (title) => title === 'Add the thing';
    const { id } = await addSession(one, place, { start: true, ...fields });
    await until1(id, () => held.has('Add the thing'));
    return { id, task: await byKey(id, 'task') };
  }
  const typesOf = async (id: string) => (await historyOf(house, id)).map(({ type }) => type);

  test('a task that is added in mid-run is run, after what it waits for', async () => {
    const { id } = await atWork();
    const added = await edits().add(place.lead, id, { title: 'Document the thing', dependsOn: [{ key: 'task' }] });
    expect(added).toMatchObject({ key: 'task-2', status: 'pending', capabilities: ['documentation'] });
    expect(added.dependencies).toMatchObject([{ satisfied: false }]);
    held.get('Add the thing')?.();
    const done = await over(id);
    expect(done).toMatchObject({ status: 'completed', progress: { completed: 2, total: 2 } });
    expect(landed(place, done).map(({ key }) => key)).toEqual(['task', 'task-2']);
    const audit = await house.opened.store.audit.list(place.team.id, { after: 0, limit: 100 });
    expect(audit.map(({ action }) => action)).toContain('task.add');
  });

  test('what cannot be added is refused with its place', async () => {
    const { id, task } = await atWork();
    const refused = (raw: object) => expect(edits().add(place.lead, id, raw)).rejects;
    await refused({ title: 'The thing' }).toMatchObject({ code: 'INVALID', details: [{ path: 'title' }] });
    await refused(child('task')).toMatchObject({ details: [{ path: 'key' }] });
    await refused(child('x', { dependsOn: [{ key: 'z' }] })).toMatchObject({ details: [{ path: 'dependsOn.0.key' }] });
    await refused(child('x', { parentTaskId: task.id })).toMatchObject({ details: [{ path: 'parentTaskId' }] });
    await refused(child('x', { capabilities: ['magic'] })).toMatchObject({ details: [{ path: 'capabilities.0' }] });
    await refused(child('x', { description: '```rehearsal\n- jump: high\n```' })).toMatchObject({
      details: [{ path: 'description' }],
    });
    expect(await tasksOf(id)).toHaveLength(1);
  });

  test('a session holds at most 200 tasks', async () => {
    const tasks = Array.from({ length: 199 }, (_, place) => child(`t${place}`));
    const { id } = await atWork();
    const host = await edits().add(place.lead, id, child('host', { dependsOn: [{ key: 'task' }] }));
    await expect(edits().decompose(place.lead, host.id, { tasks })).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ message: expect.stringContaining('at most 200') }],
    });
    await edits().decompose(place.lead, host.id, { tasks: tasks.slice(1) });
    await expect(edits().add(place.lead, id, child('more'))).rejects.toMatchObject({ code: 'INVALID' });
    expect(await tasksOf(id)).toHaveLength(200);
  });

  test('before there is a plan and after the end nothing is edited, and the refusal says why', async () => {
    const early = await addSession(one, place);
    await expect(edits().add(place.lead, early.id, child('x'))).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
      message: expect.stringContaining('no plan yet'),
    });
    const { id } = await addSession(one, place, { start: true });
    await over(id);
    await expect(edits().add(place.lead, id, child('x'))).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
  });

  test('members edit their own sessions, leads everyone’s, viewers none', async () => {
    const { id } = await atWork();
    await expect(edits().add(place.member, id, child('x'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(edits().add(place.viewer, id, child('x'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { id: own } = await addSession(one, place, { start: true, title: 'Add my thing' }, place.member);
    await until(house, [one.dispatcher], own, ({ plannedAt }) => plannedAt !== null);
    const stranger = await house.opened.store.tasks.bySession(id);
    await expect(edits().cancel(place.member, stranger[0]?.id ?? '')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('an edit names what changed, obeys the version, and leaves a completed task alone', async () => {
    const { id, task } = await atWork();
    const edited = await edits().edit(place.lead, task.id, { priority: 'high', estimate: { likely: 3 } });
    expect(edited).toMatchObject({
      priority: 'high',
      estimate: { likely: 3, source: 'manual' },
      complexity: 'moderate',
    });
    await expect(
      edits().edit(place.lead, task.id, { priority: 'low' }, { version: task.version }),
    ).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(edits().edit(place.lead, task.id, {})).rejects.toMatchObject({ code: 'INVALID' });
    const updated = (await historyOf(house, id)).find(({ type }) => type === 'task.updated');
    expect(updated?.payload).toMatchObject({ taskId: task.id, changes: { priority: { from: 'normal', to: 'high' } } });
    await edits().add(place.lead, id, child('x', { dependsOn: [{ key: 'task' }] }));
    held.get('Add the thing')?.();
    holds = (title) => title === 'Add x';
    await until1(id, () => held.has('Add x'));
    await expect(edits().edit(place.lead, task.id, { priority: 'low' })).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
  });

  test('a new edge holds back a task that stood ready, and circles are refused also through groups', async () => {
    const { id, task } = await atWork({ parallelism: 1 });
    const b = await edits().add(place.lead, id, child('b'));
    const c = await edits().add(place.lead, id, child('c'));
    await until1(id, (tasks) => tasks.filter(({ status }) => status === 'ready').length === 2);
    const edge = await edits().link(place.lead, b.id, { taskId: c.id });
    expect(edge).toMatchObject({ taskId: c.id, type: 'finish_to_start', required: true, satisfied: false });
    const no = (of: string, on: string) => expect(edits().link(place.lead, of, { taskId: on })).rejects;
    await no(c.id, b.id).toMatchObject({
      code: 'INVALID',
      details: [{ message: expect.stringContaining('c → b → c') }],
    });
    await no(b.id, c.id).toMatchObject({ code: 'CONFLICT' });
    await no(b.id, b.id).toMatchObject({ code: 'INVALID' });
    await no(task.id, c.id).toMatchObject({ code: 'INVALID_TRANSITION' });
    await edits().decompose(place.lead, c.id, { tasks: [child('c1'), child('c2')] });
    const c1 = await byKey(id, 'c1');
    await no(c1.id, b.id).toMatchObject({ code: 'INVALID' });
    held.get('Add the thing')?.();
    const done = await over(id);
    expect(landed(place, done).map(({ key }) => key)).toEqual(['task', 'c1', 'c2', 'b']);
  });

  test('an edge that is taken away lets go', async () => {
    const { id } = await atWork();
    const b = await edits().add(place.lead, id, child('b', { dependsOn: [{ key: 'task' }] }));
    await expect(edits().unlink(place.lead, b.id, b.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await edits().unlink(place.lead, b.id, b.dependencies[0]?.id ?? '');
    await until1(id, (tasks) => tasks.find(({ key }) => key === 'b')?.status === 'completed');
    held.get('Add the thing')?.();
    expect((await over(id)).status).toBe('completed');
  });

  test('a task that never ran is taken off; one that ran, and the last one, are not', async () => {
    const { id, task } = await atWork();
    const b = await edits().add(place.lead, id, child('b', { dependsOn: [{ key: 'task' }] }));
    await edits().remove(place.lead, b.id);
    expect((await tasksOf(id)).map(({ key }) => key)).toEqual(['task']);
    await expect(edits().remove(place.lead, task.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await edits().add(place.lead, id, child('c', { dependsOn: [{ key: 'task' }] }));
    await expect(edits().remove(place.lead, task.id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a running task is cancelled: its run is aborted, and what needs it is skipped', async () => {
    const { id, task } = await atWork();
    await edits().add(place.lead, id, child('b', { dependsOn: [{ key: 'task' }] }));
    await edits().add(place.lead, id, child('c'));
    const after = await whileTicking(one.dispatcher, edits().cancel(place.lead, task.id, { reason: 'not needed' }));
    expect(after).toMatchObject({ status: 'cancelled', reason: 'not needed' });
    const done = await over(id);
    expect((await tasksOf(id)).map(({ key, status }) => [key, status])).toEqual([
      ['task', 'cancelled'],
      ['b', 'skipped'],
      ['c', 'completed'],
    ]);
    expect(done.status).toBe('partially_completed');
    expect((await house.opened.store.attempts.byTask(task.id)).map(({ status }) => status)).toEqual(['aborted']);
    const { started } = one;
    await until(house, [one.dispatcher], id, () => one.aborted.includes(started[0]?.attemptId ?? ''));
    await expect(edits().cancel(place.lead, task.id)).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
  });

  test('a failed task goes on when a person retries it, and with it what was skipped for it', async () => {
    holds = (title) => title === 'Add the thing' || title === 'Add c';
    const { id } = await addSession(one, place, { start: true });
    await until1(id, () => held.has('Add the thing'));
    const task = await byKey(id, 'task');
    await edits().add(place.lead, id, child('b', { dependsOn: [{ key: 'task' }] }));
    await edits().add(place.lead, id, child('c'));
    await until1(id, () => held.has('Add c'));
    held.get('Add the thing')?.({ type: 'failed', failure: 'invalid', message: 'No.', retryAt: null });
    await until1(id, (tasks) => tasks.some(({ key, status }) => key === 'b' && status === 'skipped'));
    holds = () => false;
    expect((await edits().retry(place.lead, task.id)).status).toBe('pending');
    expect((await byKey(id, 'b')).status).toBe('pending');
    held.get('Add c')?.();
    expect(await over(id)).toMatchObject({ status: 'completed', progress: { completed: 3, total: 3 } });
    await expect(edits().retry(place.lead, task.id)).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
  });

  test('a task is split: its edges stay on the group, its hours are shared, its proof stands where it ends', async () => {
    const { id } = await atWork();
    const big = await edits().add(
      place.lead,
      id,
      child('big', { dependsOn: [{ key: 'task' }], verification: ['true'], estimate: { likely: 12 } }),
    );
    await edits().add(place.lead, id, child('after', { dependsOn: [{ key: 'big' }] }));
    await edits().decompose(place.lead, big.id, {
      tasks: [child('one'), child('after', { title: 'Add two', dependsOn: [{ key: 'one' }] })],
    });
    const first = await byKey(id, 'one');
    const second = await byKey(id, 'big-after');
    expect([first.parentTaskId, second.parentTaskId]).toEqual([big.id, big.id]);
    expect([first.verification, second.verification]).toEqual([[], ['true']]);
    expect(first.estimate.expected + second.estimate.expected).toBeCloseTo(big.estimate.expected, 6);
    expect(first.estimate.source).toBe('split');
    await expect(edits().decompose(place.lead, big.id, { tasks: [child('x')] })).rejects.toMatchObject({
      code: 'INVALID',
    });
    held.get('Add the thing')?.();
    const done = await over(id);
    expect(landed(place, done).map(({ key }) => key)).toEqual(['task', 'one', 'big-after', 'after']);
    expect(await byKey(id, 'big')).toMatchObject({ status: 'completed', attemptCount: 0 });
    const told = (await historyOf(house, id)).find(({ type }) => type === 'task.decomposed');
    expect(told?.payload).toMatchObject({ source: 'person', children: [{ key: 'one' }, { key: 'big-after' }] });
  });

  test('tasks nest at most five deep', async () => {
    const { id } = await atWork();
    let at = (await edits().add(place.lead, id, child('d1', { dependsOn: [{ key: 'task' }] }))).id;
    for (const depth of [2, 3, 4, 5]) {
      await edits().decompose(place.lead, at, { tasks: [child(`d${depth}`)] });
      at = (await byKey(id, `d${depth}`)).id;
    }
    await expect(edits().decompose(place.lead, at, { tasks: [child('d6')] })).rejects.toMatchObject({
      details: [{ message: expect.stringContaining('5 deep') }],
    });
  });

  test('a task is split by a blueprint', async () => {
    const { id } = await atWork();
    const bug = await edits().add(place.lead, id, child('bug', { dependsOn: [{ key: 'task' }] }));
    await edits().decompose(place.lead, bug.id, { blueprint: 'bug_fix' });
    expect((await tasksOf(id)).map(({ key, planKey }) => [key, planKey]).slice(2)).toEqual([
      ['reproduce', 'bug_fix/reproduce'],
      ['fix', 'bug_fix/fix'],
      ['verify', 'bug_fix/verify'],
      ['review', 'bug_fix/review'],
    ]);
    await expect(edits().decompose(place.lead, bug.id, { blueprint: 'nothing' })).rejects.toMatchObject({
      details: [{ path: 'blueprint' }],
    });
  });

  test('a planner splits a task when its turn has come, and its children do the work', async () => {
    const { id } = await atWork();
    const big = await edits().add(place.lead, id, child('big', { dependsOn: [{ key: 'task' }] }));
    await edits().decompose(place.lead, big.id, {});
    const { current } = one.play;
    const seen: string[] = [];
    one.play.current = async (run) => {
      if (!run.order.prompt.startsWith('# Split')) return current(run);
      seen.push(run.order.prompt);
      return { type: 'completed', text: JSON.stringify({ tasks: [child('left'), child('right')] }) };
    };
    held.get('Add the thing')?.();
    const done = await over(id);
    expect(done).toMatchObject({ status: 'completed', progress: { completed: 3, total: 3 } });
    expect(seen).toHaveLength(1);
    expect(
      landed(place, done)
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['left', 'right', 'task']);
    const attempts = await house.opened.store.attempts.byTask(big.id);
    expect(attempts.map(({ role, status }) => [role, status])).toEqual([['plan', 'succeeded']]);
  });

  test('a task that no planner can split is done in one piece', async () => {
    const { id } = await atWork();
    const big = await edits().add(place.lead, id, child('big', { dependsOn: [{ key: 'task' }] }));
    await edits().decompose(place.lead, big.id, {});
    const { current } = one.play;
    one.play.current = async (run) =>
      run.order.prompt.startsWith('# Task') ? current(run) : { type: 'completed', text: 'No idea.' };
    held.get('Add the thing')?.();
    expect((await over(id)).status).toBe('completed');
    const attempts = await house.opened.store.attempts.byTask(big.id);
    expect(attempts.map(({ role, status }) => [role, status])).toEqual([
      ['plan', 'failed'],
      ['work', 'succeeded'],
    ]);
  });

  test('the agent a person names gets the next attempt, if it may take it at all', async () => {
    const { id, task } = await atWork();
    const b = await edits().add(place.lead, id, child('b', { dependsOn: [{ key: 'task' }] }));
    const no = (agent: string) => expect(edits().assign(place.lead, b.id, { agent })).rejects;
    await no('AGENT-NOBODY-01').toMatchObject({ details: [{ path: 'agent' }] });
    const agents = await house.opened.store.agents.list(place.team.id);
    const unfit = agents.find(
      (agent) => ![...agent.primaryCapabilities, ...agent.secondaryCapabilities].includes('code_generation'),
    );
    if (unfit)
      await no(unfit.name).toMatchObject({ details: [{ message: expect.stringContaining('code_generation') }] });
    await expect(edits().assign(place.lead, task.id, { agent: 'AGENT-OPTIMIZER-01' })).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
    await edits().assign(place.lead, b.id, { agent: 'AGENT-OPTIMIZER-01' });
    held.get('Add the thing')?.();
    await over(id);
    const [attempt] = await house.opened.store.attempts.byTask(b.id);
    expect(agents.find((agent) => agent.id === attempt?.agentId)?.name).toBe('AGENT-OPTIMIZER-01');
  });

  test('a lead waives the proof of a claimed task, with a reason that is audited', async () => {
    const { id, task } = await atWork();
    await edits().add(place.lead, id, child('b', { dependsOn: [{ key: 'task' }] }));
    const reason = 'Looked at by hand on the test bench.';
    await expect(edits().waive(place.lead, task.id, { reason })).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
    held.get('Add the thing')?.();
    await over(id);
    await expect(edits().waive(place.member, task.id, { reason })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(edits().waive(place.lead, task.id, { reason: 'fine' })).rejects.toMatchObject({ code: 'INVALID' });
    const waived = await edits().waive(place.lead, task.id, { reason });
    expect(waived).toMatchObject({ proof: 'waived', waiver: { byName: 'leo', reason, attemptId: null } });
    expect(await typesOf(id)).toContain('evidence.waived');
    const audit = await house.opened.store.audit.list(place.team.id, { after: 0, limit: 100 });
    expect(audit.find(({ action }) => action === 'task.waive')).toMatchObject({ reason, subject: { id: task.id } });
    await expect(edits().waive(place.lead, task.id, { reason })).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
  });

  test('work whose verification fails lands by a waiver, without another run', async () => {
    const { id, task } = await atWork();
    await edits().edit(place.lead, task.id, { verification: ['false'] });
    await edits().add(place.lead, id, child('c'));
    holds = (title) => title === 'Add c';
    held.get('Add the thing')?.();
    await until(house, [one.dispatcher], id, async (_, tasks) => {
      one.time.ahead += 5;
      return tasks[0]?.status === 'failed';
    });
    const runs = one.started.length;
    await edits().waive(place.lead, task.id, { reason: 'The command is wrong, the work is right.' });
    await until1(id, (tasks) => tasks[0]?.status === 'completed');
    expect(await byKey(id, 'task')).toMatchObject({ proof: 'waived' });
    expect(one.started).toHaveLength(runs);
    held.get('Add c')?.();
    const done = await over(id);
    expect(done).toMatchObject({ status: 'completed', proof: 'unverified' });
    expect(fileAt(place, done, 'Add-the-thing.txt')).toBe('done');
  });
});
