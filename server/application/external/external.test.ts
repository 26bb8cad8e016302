import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AgentActor } from '../../domain/actor.ts';
import { git } from '../../infrastructure/git/git-testing.ts';
import {
  addSession,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';
import type { TaskMessage } from './message.ts';

const never = new AbortController().signal;
const registration = {
  protocolVersion: '1.0',
  name: 'AGENT-OUTSIDE-01',
  version: '1.0.0',
  agentType: 'implementer',
  capabilities: ['code_generation', 'refactoring'],
  maxConcurrentTasks: 2,
};

describe.each(['pglite', 'postgres'] as const)('agents outside on %s', (kind) => {
  let house: House;
  let place: Place;
  let instance: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house, { verify: ['test -f made.txt'] });
    instance = createInstance(house);
  });

  async function enrol(more: object = {}, code?: string) {
    const { external } = instance.services;
    const enrolmentCode = code ?? (await external.createCode(place.lead, {})).code;
    const enrolled = await external.register({ ...registration, enrolmentCode, ...more });
    const actor = (await instance.services.auth.actorFromToken(enrolled.token)) as AgentActor;
    return { ...enrolled, actor };
  }

  /** Enrolled, heard, and with a session whose task it has claimed. */
  async function claimed() {
    const agent = await enrol();
    const { external } = instance.services;
    await external.heartbeat(agent.actor, agent.agentId, { status: 'healthy' });
    const session = await addSession(instance, place, { start: true, preferredAgent: registration.name });
    let task: TaskMessage | null = null;
    await until(house, [instance.dispatcher], session.id, async () => {
      task ??= await external.claim(agent.actor, agent.agentId, 0, never);
      return task !== null;
    });
    if (task === null) throw new Error('Nothing was offered');
    return { agent, session, task: task as TaskMessage };
  }

  const ended = (id: string, status: string) =>
    until(house, [instance.dispatcher], id, (session) => session.status === status);

  test('a code enrols one agent once; a taken name leaves the code as it was', async () => {
    const { external } = instance.services;
    await expect(external.createCode(place.member, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { code } = await external.createCode(place.lead, {});
    const taken = { ...registration, enrolmentCode: code, name: 'AGENT-ARCHITECT-01' };
    await expect(external.register(taken)).rejects.toMatchObject({ code: 'CONFLICT', details: [{ path: 'name' }] });
    const both = await Promise.allSettled([enrol({}, code), enrol({ name: 'AGENT-OUTSIDE-02' }, code)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const lost = both.find((one) => one.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'UNAUTHENTICATED' });
    const stored = await house.opened.database.db.execute(sql`select * from external_agents, enrolment_codes`);
    const won = both.find((one) => one.status === 'fulfilled')?.value;
    for (const secret of [code, won?.token, won?.signingSecret]) expect(JSON.stringify(stored)).not.toContain(secret);

    // Its token reports for itself and does nothing else.
    const me = won?.actor as AgentActor;
    await expect(instance.services.agents.list(me)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(external.heartbeat(me, randomUUID(), { status: 'healthy' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const late = await external.createCode(place.lead, { expiresInSeconds: 60 });
    await house.opened.database.db.execute(
      sql`update enrolment_codes set expires_at = clock_timestamp() where used_at is null`,
    );
    await expect(enrol({ name: 'AGENT-LATE' }, late.code)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a code made for an agent enrols it anew, and what it had before is good no more', async () => {
    const first = await enrol();
    const { external } = instance.services;
    const { code } = await external.createCode(place.lead, { agent: registration.name });
    await expect(enrol({ name: 'AGENT-OTHER' }, code)).rejects.toMatchObject({ code: 'INVALID' });
    const again = await enrol({ maxConcurrentTasks: 4 }, code);
    expect(again.agentId).toBe(first.agentId);
    expect(await instance.services.auth.actorFromToken(first.token)).toBeNull();
    expect(await instance.services.agents.get(place.lead, first.agentId)).toMatchObject({ load: { max: 4 } });
    await instance.services.agents.remove(place.lead, first.agentId);
    expect(await instance.services.auth.actorFromToken(again.token)).toBeNull();
    expect(await house.opened.store.external.secretOf(first.agentId)).toBeNull();
  });

  test('states follow what it says, and silence by the clock of the database', async () => {
    const { agentId, actor } = await enrol();
    const { external, agents } = instance.services;
    const state = async () => (await agents.get(place.lead, agentId)).state;
    expect(await state()).toBe('offline');
    for (const [status, expected] of [
      ['healthy', 'online'],
      ['busy', 'busy'],
      ['degraded', 'degraded'],
      ['offline', 'offline'],
      ['online', 'online'],
    ] as const) {
      await external.heartbeat(actor, agentId, { status, tasksInProgress: [randomUUID()] });
      expect(await state(), status).toBe(expected);
    }
    instance.time.ahead = 10_000;
    expect(await state()).toBe('online');
    const silent = async (seconds: number) => {
      await house.opened.database.db.execute(
        sql`update agents set last_heartbeat_at = clock_timestamp() - make_interval(secs => ${seconds}) where id = ${agentId}::uuid`,
      );
      await instance.sweeper.sweep();
      return state();
    };
    // A margin for a sweep on a busy machine.
    expect(await silent(60)).toBe('online');
    expect(await silent(91)).toBe('degraded');
    expect(await silent(301)).toBe('offline');
    expect((await external.heartbeat(actor, agentId, { status: 'healthy' })).commands).toEqual([]);
    await agents.setDraining(place.lead, agentId, true);
    expect((await external.heartbeat(actor, agentId, { status: 'healthy' })).commands).toEqual([{ type: 'drain' }]);
  });

  test('a task whose message cannot be made is offered again at once', async () => {
    const agent = await enrol();
    const { external } = instance.services;
    await external.heartbeat(agent.actor, agent.agentId, { status: 'healthy' });
    const session = await addSession(instance, place, { start: true, preferredAgent: registration.name });
    const { store } = house.opened;
    const state = async () => {
      const [attempt] = await store.attempts.bySession(session.id);
      return (await store.external.run(attempt?.id ?? ''))?.state;
    };
    await until(house, [instance.dispatcher], session.id, async () => (await state()) === 'offered');
    const { get } = store.repositories;
    store.repositories.get = async () => {
      throw new Error('The row cannot be read');
    };
    const failed = external.claim(agent.actor, agent.agentId, 0, never).finally(() => {
      store.repositories.get = get;
    });
    await expect(failed).rejects.toThrow('cannot be read');
    expect(await state()).toBe('offered');
    expect(await external.claim(agent.actor, agent.agentId, 0, never)).toMatchObject({
      sessionId: session.id,
      turn: 1,
    });
    await instance.dispatcher.stop();
  });

  test('what it sends is told once, verified and merged, and only its own agent under the present epoch may send it', async () => {
    const { agent, session, task } = await claimed();
    const { external } = instance.services;
    expect(task).toMatchObject({
      turn: 1,
      sessionId: session.id,
      requirements: { verification: ['test -f made.txt'] },
    });
    const stranger = await enrol({ name: 'AGENT-STRANGER' });
    const batch = {
      epoch: task.epoch,
      events: [
        { type: 'progress', key: 'p', percent: 50, note: 'Half way' },
        { type: 'output', key: 'o', text: 'Hello' },
        { type: 'usage', inputTokens: 10, outputTokens: 5, costUsd: 0.5 },
        { type: 'artifact', key: 'a', path: 'made.txt', content: 'made\n' },
      ],
    };
    await expect(external.events(stranger.actor, task.attemptId, batch)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(
      external.events(agent.actor, task.attemptId, { ...batch, epoch: task.epoch + 1 }),
    ).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { current: task.epoch },
    });
    expect((await external.events(agent.actor, task.attemptId, batch)).accepted).toBe(4);
    expect(
      (await external.events(agent.actor, task.attemptId, { ...batch, events: batch.events.filter(({ key }) => key) }))
        .accepted,
    ).toBe(0);
    const result = {
      epoch: task.epoch,
      status: 'completed',
      output: 'Done.',
      tokens: { input: 30, output: 6 },
      costUsd: 0.75,
      artifacts: [{ path: 'a.txt', patch: '--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n-one\n+ONE\n two\n three\n' }],
    };
    const bad = {
      ...result,
      artifacts: [
        { path: 'x', content: '' },
        { path: 'a.txt/below', content: '' },
      ],
    };
    await expect(external.result(agent.actor, task.attemptId, bad)).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'artifacts.1.path' }],
    });
    expect(await external.result(agent.actor, task.attemptId, result)).toEqual({ accepted: true, repeated: false });
    expect(await external.result(agent.actor, task.attemptId, result)).toEqual({ accepted: true, repeated: true });
    const done = await ended(session.id, 'completed');
    expect(done.proof).toBe('proven');
    expect(await external.result(agent.actor, task.attemptId, result)).toMatchObject({ repeated: true });
    await expect(external.result(agent.actor, task.attemptId, { ...result, output: 'More.' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(git(place.source, 'show', `${done.branch}:made.txt`)).toBe('made');
    expect(git(place.source, 'show', `${done.branch}:a.txt`)).toContain('ONE');
    const attempt = await house.opened.store.attempts.get(task.attemptId);
    expect(attempt?.usage).toMatchObject({ inputTokens: 30, outputTokens: 6, costUsd: 0.75 });
    const events = await house.opened.store.events.list(session.id, { after: 0, limit: 200 });
    const told = events.filter(({ type }) => type === 'attempt.output').map(({ payload }) => payload.text);
    expect(told).toEqual(['50 %: Half way', 'Hello']);
  });

  test('totals are counted once, also when a report leaves the cost out or tells less than the one before', async () => {
    const { agent, session, task } = await claimed();
    const { external } = instance.services;
    const { epoch, attemptId } = task;
    for (const usage of [
      { inputTokens: 10, outputTokens: 5, costUsd: 0.5 },
      { inputTokens: 20, outputTokens: 5 },
      { inputTokens: 5, outputTokens: 1, costUsd: 0.25 },
      { inputTokens: 30, outputTokens: 6, costUsd: 0.75 },
    ])
      await external.events(agent.actor, attemptId, { epoch, events: [{ type: 'usage', ...usage }] });
    const artifacts = [{ path: 'made.txt', content: 'made' }];
    await external.result(agent.actor, attemptId, { epoch, status: 'completed', artifacts });
    await ended(session.id, 'completed');
    const attempt = await house.opened.store.attempts.get(attemptId);
    expect(attempt?.usage).toMatchObject({ inputTokens: 30, outputTokens: 6, costUsd: 0.75 });
  });

  test('a result that is sent once more does not end the turn that came after it', async () => {
    const { agent, session, task } = await claimed();
    const { external, sessions } = instance.services;
    const { attemptId, epoch } = task;
    await until(house, [instance.dispatcher], session.id, (_, [one]) => one?.status === 'in_progress');
    await sessions.prompt(place.lead, session.id, { text: 'Make a second file too.' });
    const first = { epoch, status: 'completed', output: 'One.', artifacts: [{ path: 'made.txt', content: 'made' }] };
    await external.result(agent.actor, attemptId, first);
    const run = () => house.opened.store.external.run(attemptId);
    await until(house, [instance.dispatcher], session.id, async () => (await run())?.turn === 2);

    // Its answer was lost on the way.
    expect(await external.result(agent.actor, attemptId, first)).toEqual({ accepted: true, repeated: true });
    expect(await run()).toMatchObject({ turn: 2, state: 'offered', result: null });
    const late = { epoch, turn: 1, events: [{ type: 'output', text: 'still the first turn' }] };
    await expect(external.events(agent.actor, attemptId, late)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { turn: 2 },
    });
    const again = await external.claim(agent.actor, agent.agentId, 5, never);
    expect(again).toMatchObject({ attemptId, epoch, turn: 2, prompt: expect.stringContaining('second file') });
    await expect(external.result(agent.actor, attemptId, { ...first, output: 'Late.', turn: 1 })).rejects.toMatchObject(
      { code: 'CONFLICT', details: { turn: 2 } },
    );
    const second = {
      ...first,
      turn: 2,
      tokens: { input: 3, output: 1 },
      artifacts: [{ path: 'second.txt', content: 'too' }],
    };
    expect(await external.result(agent.actor, attemptId, second)).toEqual({ accepted: true, repeated: false });
    const { branch } = await ended(session.id, 'completed');
    expect(git(place.source, 'show', `${branch}:second.txt`)).toBe('too');
    const { usage } = (await house.opened.store.attempts.get(attemptId)) ?? {};
    expect(usage).toMatchObject({ inputTokens: 3, outputTokens: 1, costUsd: null });
  });

  test('another owner goes on where the last one was, with reports under its own epoch', async () => {
    const { agent, session, task } = await claimed();
    await until(house, [instance.dispatcher], session.id, (_, [one]) => one?.status === 'in_progress');
    const next = createInstance(house, { owner: 'house.2', formerOwners: ['house.1'] });
    await next.dispatcher.tick();
    const { external } = next.services;
    const events = [{ type: 'output', key: 'o', text: 'Still here' }];
    const stale = external.events(agent.actor, task.attemptId, { epoch: task.epoch, events });
    await expect(stale).rejects.toMatchObject({ code: 'CONFLICT', details: { current: task.epoch + 1 } });
    const { commands } = await external.heartbeat(agent.actor, agent.agentId, { status: 'busy' });
    expect(commands).toEqual([{ type: 'epoch', attemptId: task.attemptId, epoch: task.epoch + 1 }]);
    const said = { epoch: task.epoch + 1, status: 'completed', artifacts: [{ path: 'made.txt', content: '1' }] };
    await external.result(agent.actor, task.attemptId, said);
    await until(house, [next.dispatcher], session.id, ({ status }) => status === 'completed');
    const attempts = await house.opened.store.attempts.bySession(session.id);
    expect(attempts.map(({ status }) => status)).toEqual(['succeeded']);
    await instance.dispatcher.stop();
  });

  test('an ask waits in the inbox without its lease running out, and the answer comes back', async () => {
    const { agent, session, task } = await claimed();
    const { external, asks } = instance.services;
    const ask = { type: 'ask', key: 'port', title: 'A port', question: 'Which port?', options: ['80', '81'] };
    await external.events(agent.actor, task.attemptId, { epoch: task.epoch, events: [ask] });
    await until(house, [instance.dispatcher], session.id, async () => {
      const open = await house.opened.store.asks.openOf(session.id);
      return open.length === 1;
    });
    const lapse = () =>
      house.opened.database.db.execute(
        sql`update external_runs set lease_expires_at = clock_timestamp() - interval '1 hour' where attempt_id = ${task.attemptId}::uuid`,
      );
    await lapse();
    await until(
      house,
      [instance.dispatcher],
      session.id,
      async () => (await house.opened.store.attempts.get(task.attemptId))?.status === 'waiting',
    );
    const [open] = await house.opened.store.asks.openOf(session.id);
    await asks.answer(place.lead, open?.id ?? '', { answers: ['81'] });
    await until(house, [instance.dispatcher], session.id, async () => {
      const { commands } = await external.events(agent.actor, task.attemptId, { epoch: task.epoch, events: [] });
      return commands.length > 0;
    });
    const { commands } = await external.heartbeat(agent.actor, agent.agentId, { status: 'busy' });
    expect(commands).toContainEqual({
      type: 'answer',
      attemptId: task.attemptId,
      key: 'port',
      decision: null,
      answers: ['81'],
      message: null,
    });
    // With nobody to wait for, the lease counts again: what is not reported on is lost, and tried again.
    await lapse();
    await until(
      house,
      [instance.dispatcher],
      session.id,
      async () => (await house.opened.store.attempts.get(task.attemptId))?.status === 'lost',
    );
    const late = external.events(agent.actor, task.attemptId, { epoch: task.epoch, events: [] });
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT', details: { current: null } });
    const told = await external.heartbeat(agent.actor, agent.agentId, { status: 'healthy' });
    expect(told.commands).toContainEqual({ type: 'abort', attemptIds: [task.attemptId] });
  });

  test('whoever says goodbye or takes nothing leaves its work to another', async () => {
    const { agent, session, task } = await claimed();
    const { external } = instance.services;
    const statuses = async () => (await house.opened.store.attempts.bySession(session.id)).map(({ status }) => status);
    const other = await enrol({ name: 'AGENT-OTHER' });
    await external.heartbeat(other.actor, other.agentId, { status: 'healthy' });
    for (const { id, runtimeId } of await instance.services.agents.list(place.lead))
      if (runtimeId === instance.runtime.id) await instance.services.agents.setEnabled(place.lead, id, false);
    await external.heartbeat(agent.actor, agent.agentId, { status: 'offline' });
    await until(house, [instance.dispatcher], session.id, async () => (await statuses()).join() === 'lost,starting');
    const late = external.result(agent.actor, task.attemptId, { epoch: task.epoch, status: 'completed' });
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT' });

    await external.heartbeat(agent.actor, agent.agentId, { status: 'healthy' });
    const outlast = sql`update external_runs set offered_at = clock_timestamp() - interval '1 hour' where state = 'offered'`;
    await until(house, [instance.dispatcher], session.id, async () => {
      if ((await statuses()).at(1) === 'starting') await house.opened.database.db.execute(outlast);
      return (await statuses()).length === 3;
    });
    const [, second, third] = await house.opened.store.attempts.bySession(session.id);
    expect(second).toMatchObject({ status: 'failed', agentId: other.agentId, failure: 'refused' });
    expect(third?.agentId).toBe(agent.agentId);
  });

  test('a force-complete takes the attempt from its agent: it is told to stop, and what it still sends is refused', async () => {
    const { external, approvals } = instance.services;
    const { agent, session, task } = await claimed();
    const { id: userId } = await house.opened.store.users.create({
      id: randomUUID(),
      email: 'eve@house.example',
      name: 'eve',
      passwordHash: null,
    });
    await house.opened.store.users.addMembership({ teamId: place.team.id, userId, role: 'admin' });
    const asked = await approvals.request.forceComplete(place.lead, session.id, {
      reason: 'The agent elsewhere is not needed any more.',
    });
    const eve = { ...place.admin, id: userId, name: 'eve' };
    await approvals.approve(eve, asked.id, { confirmation: session.slug, note: 'Agreed' });
    const { commands } = await external.heartbeat(agent.actor, agent.agentId, { status: 'healthy' });
    expect(commands).toContainEqual({ type: 'abort', attemptIds: [task.attemptId] });
    const { epoch } = task;
    // Its files go by and by; that some are gone already is no failure of ours to tell.
    const attempt = await house.opened.store.attempts.get(task.attemptId);
    const record = readFileSync(join(attempt?.worktree ?? '', '.git'), 'utf8').trim();
    rmSync(record.replace('gitdir: ', ''), { recursive: true });
    const artifacts = [{ path: 'made.txt', content: 'late' }];
    for (const late of [
      () => external.events(agent.actor, task.attemptId, { epoch, events: [{ type: 'output', text: 'late' }] }),
      () => external.result(agent.actor, task.attemptId, { epoch, status: 'completed', artifacts }),
      () => external.events(agent.actor, task.attemptId, { epoch: epoch + 1, events: [] }),
      () => external.result(agent.actor, task.attemptId, { epoch, status: 'completed', output: 'late', artifacts: [] }),
    ])
      await expect(late()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await house.opened.store.sessions.byId(session.id)).toMatchObject({ status: 'completed', forced: true });
  });

  test('a pause takes the attempt from its agent, and resuming offers it anew', async () => {
    const { agent, session, task } = await claimed();
    const { external, sessions } = instance.services;
    await until(house, [instance.dispatcher], session.id, (_, [one]) => one?.status === 'in_progress');
    const paused = sessions.pause(place.lead, session.id);
    await ended(session.id, 'paused');
    await paused;
    const old = { epoch: task.epoch, status: 'completed', artifacts: [{ path: 'made.txt', content: 'late' }] };
    await expect(external.result(agent.actor, task.attemptId, old)).rejects.toMatchObject({ code: 'CONFLICT' });
    await sessions.resume(place.lead, session.id);
    const waiting = external.claim(agent.actor, agent.agentId, 30, never);
    let again: TaskMessage | null = null;
    void waiting.then((found) => {
      again = found;
    });
    await until(house, [instance.dispatcher], session.id, () => again !== null);
    expect(again).toMatchObject({ attemptId: task.attemptId, turn: 2 });
    const { epoch } = again as unknown as TaskMessage;
    expect(epoch).toBeGreaterThan(task.epoch);
    await external.result(agent.actor, task.attemptId, {
      ...old,
      epoch,
      artifacts: [{ path: 'made.txt', content: 'new' }],
    });
    const { branch } = await ended(session.id, 'completed');
    expect(git(place.source, 'show', `${branch}:made.txt`)).toBe('new');
  });

  test('claims wait for what is offered, as many as it has slots, and a claim nobody waits for takes nothing', async () => {
    const agent = await enrol();
    const { external } = instance.services;
    await external.heartbeat(agent.actor, agent.agentId, { status: 'healthy' });
    const gone = new AbortController();
    const each = [1, 2, 3].map(() => external.claim(agent.actor, agent.agentId, 30, gone.signal));
    const claims = Promise.allSettled(each);
    // The one too many is told at once; only then do two wait for certain.
    await Promise.race(each.map((one) => one.catch(() => null)));
    const another = () => external.claim(agent.actor, agent.agentId, 0, never).catch((error) => error.code);
    await expect.poll(another).toBe('RATE_LIMITED');
    gone.abort();
    const outcomes = (await claims).map((one) => (one.status === 'fulfilled' ? one.value : one.reason.code));
    expect(outcomes.toSorted()).toEqual(['RATE_LIMITED', null, null]);
    const session = await addSession(instance, place, { start: true, preferredAgent: registration.name });
    const taken: (TaskMessage | null)[] = [];
    const over = new AbortController();
    const waiting = [1, 2].map(async () =>
      taken.push(await external.claim(agent.actor, agent.agentId, 30, over.signal)),
    );
    await until(house, [instance.dispatcher], session.id, () => taken.length > 0);
    const [task] = taken;
    over.abort();
    await Promise.all(waiting);
    expect(taken).toEqual([task, null]);
    await external.result(agent.actor, task?.attemptId ?? '', {
      epoch: task?.epoch,
      status: 'failed',
      error: { code: 'invalid', message: 'I cannot.' },
    });
    const { error } = await ended(session.id, 'failed');
    expect(error?.message).toContain('I cannot.');
    expect(readFileSync(join(place.source, 'a.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
  });
});
