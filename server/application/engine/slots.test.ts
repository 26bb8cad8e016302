import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { emptyDatabase } from '../../../db/testing/database.ts';
import { addAttempt, addSession, addTask, makeWorld, system, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { Store } from '../store-port.ts';
import { takeSlot, waitForAgents } from './slots.ts';

interface Asker {
  world: World;
  session: Session;
  task: Task;
}

describe.each(['pglite', 'postgres'] as const)('slots of agents, teams and runtimes, on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let a: World;
  let b: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    await emptyDatabase(opened.database);
    [a, b] = [await makeWorld(store), await makeWorld(store)];
    b = { ...b, runtimeId: a.runtimeId };
    await execute(sql`update agents set runtime_id = ${a.runtimeId}::uuid, max_concurrent_tasks = 50`);
  });

  const execute = (statement: ReturnType<typeof sql>) => opened.database.db.execute(statement);
  const capacity = (slots: number) => execute(sql`update runtimes set capacity = ${slots}::int`);

  async function asker(world: World, priority: 0 | 1 | 2 | 3 | 4 = 2): Promise<Asker> {
    const { id } = await addSession(store, world, { priority });
    await store.sessions.move({ sessionId: id, to: 'queued', guard: {}, reason: 'test', actor: system });
    await store.sessions.claimQueued('one.1', 30, 1);
    const session = await store.sessions.moveAndRead({
      sessionId: id,
      to: 'running',
      guard: {},
      reason: 'test',
      actor: system,
    });
    const { id: taskId } = await addTask(store, session);
    const task = await store.tasks.moveAndRead({
      taskId,
      sessionId: id,
      from: ['pending'],
      to: 'ready',
      reason: null,
      actor: system,
    });
    return { world, session, task };
  }

  /** Asks for a slot as the dispatcher of an instance does, and takes it with an attempt when it is given. */
  function ask({ world, session, task }: Asker, owner = 'one.1', runtimeId = a.runtimeId): Promise<string | null> {
    const deps = { settings: { owner }, runtime: { status: () => ({ id: runtimeId }) }, nudge: () => undefined };
    return store.transaction(async (tx) => {
      await tx.sessions.lock(session.id);
      await tx.agents.lockAll(session.teamId);
      const agent = await tx.agents.get(session.teamId, world.agent.id);
      if (agent === null) throw new Error('The agent is gone');
      const refused = await takeSlot(tx, deps as unknown as Parameters<typeof takeSlot>[1], session, task, agent);
      if (refused !== null) return refused;
      await addAttempt(tx, world, session, task);
      await tx.tasks.move({
        taskId: task.id,
        sessionId: session.id,
        from: ['ready'],
        to: 'assigned',
        reason: null,
        actor: system,
      });
      return null;
    });
  }

  async function end({ session, task }: Asker): Promise<void> {
    const [attempt] = await store.attempts.byTask(task.id);
    await store.attempts.update(attempt?.id ?? '', { status: 'failed' }, { epoch: session.epoch });
  }

  /** All ask until nobody gets a slot any more; answers who got one. */
  async function round(askers: readonly Asker[]): Promise<Asker[]> {
    const got: Asker[] = [];
    for (let again = true; again; ) {
      again = false;
      for (const one of askers) {
        if (got.includes(one) || (await ask(one)) !== null) continue;
        got.push(one);
        again = true;
      }
    }
    return got;
  }

  const count = async (table: 'slot_waits' | 'turns') => opened.database.db.$count(sql`${sql.identifier(table)}`);

  test('teams that share a runtime take turns, whoever asks first and most', async () => {
    await capacity(2);
    const flood = [await asker(a), await asker(a), await asker(a), await asker(a), await asker(a)];
    const served = await round(flood);
    const late = [await asker(b), await asker(b)];
    expect(await round(late)).toEqual([]);
    const left = () => [...flood, ...late].filter((one) => !served.includes(one));
    for (let n = 0; n < 5; n += 1) {
      const first = served[n];
      if (first) await end(first);
      served.push(...(await round(left())));
    }
    expect(served.map(({ world }) => (world.team.id === b.team.id ? 'b' : 'a')).join('')).toMatch(/^aa(ab){2}a$/);
    expect(await count('slot_waits')).toBe(0);
  });

  test('a quota of attempts twice as large gets twice the slots', async () => {
    await capacity(1);
    await execute(sql`update teams set max_parallel_attempts = case when id = ${b.team.id}::uuid then 10 else 5 end`);
    const holder = await asker(a);
    await ask(holder);
    const waiting = [];
    for (let n = 0; n < 6; n += 1) waiting.push(await asker(a), await asker(b));
    expect(await round(waiting)).toEqual([]);
    const served = [holder];
    for (let n = 0; n < 9; n += 1) {
      const last = served[n];
      if (last) await end(last);
      served.push(...(await round(waiting.filter((one) => !served.includes(one)))));
    }
    expect(served.slice(1).filter(({ world }) => world.team.id === b.team.id)).toHaveLength(6);
  });

  test('inside a team the more urgent session has the agent that is free next, and waiting makes urgent', async () => {
    await execute(sql`update agents set max_concurrent_tasks = 1`);
    const [first, low, high, aged] = [await asker(a), await asker(a, 3), await asker(a, 1), await asker(a, 4)];
    expect(await ask(first)).toBeNull();
    await store.transaction((tx) => waitForAgents(tx, low.session, low.task, [a.agent.id]));
    for (const one of [high, aged]) expect(await ask(one)).toContain('kept for a task');
    await execute(
      sql`update slot_waits set since = clock_timestamp() - interval '41 minutes' where task_id = ${aged.task.id}::uuid`,
    );
    await end(first);
    const order: Asker[] = [];
    for (const next of [aged, high, low]) {
      expect(await round([low, high, aged].filter((one) => !order.includes(one)))).toEqual([next]);
      order.push(next);
      await end(next);
    }
    // Nobody waits for it any more: an agent that could not take it in the end keeps nobody from it.
    await store.transaction((tx) => waitForAgents(tx, low.session, low.task, []));
    expect(await count('slot_waits')).toBe(0);
  });

  test('the limit of a team is its own affair: what it may not use, others get', async () => {
    await capacity(3);
    await execute(sql`update teams set max_parallel_attempts = 1 where id = ${a.team.id}::uuid`);
    const [one, two, three, four, five] = [
      await asker(a),
      await asker(a),
      await asker(b),
      await asker(b),
      await asker(b),
    ];
    expect(await ask(one)).toBeNull();
    expect(await ask(two)).toBe('the team runs 1 attempts at once, its limit');
    expect(await round([three, four, five])).toEqual([three, four]);
    expect(await ask(five)).toBe('the runtime runs 3 attempts at once, its limit');
  });

  test('a slot is kept for a moment, for nobody who is gone, and one that waits for a person takes none', async () => {
    await capacity(1);
    const [first, gone, next] = [await asker(a), await asker(b, 0), await asker(a)];
    await ask(first);
    expect(await round([gone, next])).toEqual([]);
    const [held] = await store.attempts.byTask(first.task.id);
    for (const status of ['running', 'waiting'] as const)
      await store.attempts.update(held?.id ?? '', { status }, { epoch: first.session.epoch });
    // It is the other team's turn, and its instance has not asked again yet.
    expect(await ask(next)).toContain("others' turn");
    expect(await ask(next)).toBe('the runtime runs 1 attempts at once, its limit');
    await execute(
      sql`update slot_waits set asked_at = asked_at - interval '11 seconds' where task_id = ${gone.task.id}::uuid`,
    );
    expect(await ask(next)).toBeNull();
  });

  test('each instance has the slots of its own OpenCode, and one place elsewhere has one set for all', async () => {
    await capacity(1);
    const [one, two, three] = [await asker(a), await asker(a), await asker(a)];
    await execute(sql`update sessions set owner = 'two.1' where id = ${two.session.id}::uuid`);
    expect(await ask(one, 'one.1')).toBeNull();
    expect(await ask(two, 'two.1')).toBeNull();
    expect(await ask(three, 'one.1', '00000000-0000-4000-8000-000000000001')).toBe(
      'the runtime runs 2 attempts at once, its limit',
    );
  });

  test('twenty that ask at once get four slots, each once, and without a lack nothing is noted', async () => {
    const alone = await asker(b);
    expect(await ask(alone)).toBeNull();
    expect(await count('slot_waits')).toBe(0);
    await end(alone);
    await capacity(4);
    const askers = [];
    for (let n = 0; n < 20; n += 1) askers.push(await asker(n % 2 === 0 ? a : b));
    const answers = await Promise.all(askers.map((one) => ask(one)));
    const granted = await opened.database.db.$count(sql`slot_waits where granted_at is not null`);
    expect(answers.filter((answer) => answer === null).length + granted).toBe(4);
    expect((await round(askers.filter((_, n) => answers[n] !== null))).length).toBe(granted);
  });
});
