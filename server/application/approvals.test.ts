import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UserActor } from '../domain/actor.ts';
import { forceCompletable, type Session, sessionStatuses } from '../domain/session.ts';
import {
  addSession,
  addTeam,
  createInstance,
  type House,
  historyOf,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  putInto,
  tokenOf,
  until,
} from './testing/house.ts';

const reason = 'The rest is done by hand outside.';

describe.each(['pglite', 'postgres'] as const)('approvals, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  let second: UserActor;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
    second = await anotherAdmin(place, 'eve');
    await house.opened.database.db.execute('update teams set max_active_sessions = 100');
  });

  const store = () => house.opened.store;
  const approvals = () => one.services.approvals;
  const now = async (id: string) => (await store().sessions.byId(id)) as Session;
  const audit = async () => store().audit.list(place.team.id, { after: 0, limit: 1000 });
  const execute = (statement: string) => house.opened.database.db.execute(statement);

  async function anotherAdmin({ team }: Place, name: string): Promise<UserActor> {
    const email = `${name}@house.example`;
    const user = await store().users.create({ id: randomUUID(), email, name, passwordHash: null });
    await store().users.addMembership({ teamId: team.id, userId: user.id, role: 'admin' });
    return { kind: 'user', id: user.id, teamId: team.id, role: 'admin', name, email };
  }

  /** A session whose single task an agent works on until it is stopped. */
  async function running(actor: UserActor = place.member) {
    const told: { tell?: (text: string) => void; stopped?: AbortSignal } = {};
    one.play.current = (run) => {
      told.stopped = run.stopped;
      told.tell = (text) => run.tell({ type: 'output', key: text, text, kind: 'text' });
      return new Promise((resolve) => run.stopped.addEventListener('abort', () => resolve(undefined)));
    };
    const { id, slug } = await addSession(one, place, {}, actor);
    await one.services.sessions.start(actor, id);
    const session = await until(house, [one.dispatcher], id, (_, [task]) => task?.status === 'in_progress');
    return { id, slug, session, told };
  }

  const ask = (session: Pick<Session, 'id'>, actor: UserActor = place.member) =>
    approvals().request.forceComplete(actor, session.id, { reason });
  const yes = (slug: string) => ({ confirmation: slug, note: 'Seen and agreed' });

  test('a running session is completed by force: attempts superseded, epochs raised, tasks cancelled, all told and audited', async () => {
    const { id, slug, session, told } = await running();
    const asked = await ask(session);
    expect(asked).toMatchObject({ status: 'pending', requestedBy: place.member.id, sessionId: id });
    expect(asked.expiresAt.getTime() - asked.createdAt.getTime()).toBe(86_400_000);
    expect(asked.facts.find(({ key }) => key === 'cut_short')).toMatchObject({ count: 1 });
    expect((await now(id)).attention.kind).toBe('approval');

    const approved = await approvals().approve(second, asked.id, yes(slug), { requestId: 'req-1' });
    expect(approved).toMatchObject({ status: 'approved', decidedBy: second.id, note: 'Seen and agreed' });
    const after = await now(id);
    expect(after).toMatchObject({
      status: 'completed',
      forced: true,
      proof: 'unverified',
      owner: null,
      epoch: session.epoch + 1,
      attention: { kind: 'none' },
      pendingCommand: null,
    });
    const [attempt] = await store().attempts.bySession(id);
    expect(attempt).toMatchObject({ status: 'superseded', epoch: session.epoch + 1 });
    expect((await store().tasks.bySession(id)).map(({ status }) => status)).toEqual(['cancelled']);
    expect(one.aborted).toContain(attempt?.id);
    expect(told.stopped?.aborted).toBe(true);

    const events = await historyOf(house, id);
    const types = events.map(({ type }) => type);
    expect(types.slice(types.indexOf('approval.requested'))).toEqual(
      expect.arrayContaining(['attempt.ended', 'session.completed', 'session.force_completed', 'approval.decided']),
    );
    expect(events.find(({ type }) => type === 'session.force_completed')).toMatchObject({
      payload: { approvalId: asked.id, requestedBy: place.member.id, approvedBy: second.id },
    });
    const entry = (await audit()).at(-1);
    expect(entry).toMatchObject({
      action: 'session.force_complete',
      subject: { kind: 'session', id },
      reason,
      requestId: 'req-1',
      before: { status: 'running' },
      after: {
        status: 'completed',
        forced: true,
        approvalId: asked.id,
        requestedBy: place.member.id,
        approvedBy: second.id,
      },
    });
    expect(entry?.after).not.toHaveProperty('self_approved');
    expect(await store().audit.verify(place.team.id)).toMatchObject({ firstBroken: null });

    // What still comes finds no row, and the loop does not take the session up again.
    told.tell?.('too late');
    for (let look = 0; look < 5; look += 1) await one.dispatcher.tick();
    expect((await historyOf(house, id)).length).toBe(events.length);
    await expect(
      store().attempts.update(attempt?.id ?? '', { summary: 'late' }, { epoch: session.epoch }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('every status that may be forced is, every other is refused and nothing changes', async () => {
    for (const status of sessionStatuses) {
      const session = await putInto(house, await addSession(one, place), status);
      const entries = (await audit()).length;
      if (!forceCompletable.includes(status)) {
        await expect(ask(session, place.admin), status).rejects.toMatchObject({
          code: 'INVALID_TRANSITION',
          details: { from: status, to: 'completed' },
        });
        expect(await audit()).toHaveLength(entries);
        continue;
      }
      const { id } = await ask(session, place.admin);
      await approvals().approve(second, id, yes(session.slug));
      expect(await now(session.id), status).toMatchObject({ status: 'completed', forced: true });
    }
  });

  test('of two approvals at the same moment one wins, the other is told CONFLICT', async () => {
    const third = await anotherAdmin(place, 'joe');
    for (let round = 0; round < 5; round += 1) {
      const session = await putInto(house, await addSession(one, place), 'paused');
      const { id } = await ask(session, place.admin);
      const results = await Promise.allSettled([
        approvals().approve(second, id, yes(session.slug)),
        approvals().approve(third, id, yes(session.slug)),
        approvals().reject(second, id, { note: 'No' }),
      ]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' });
      const forced = (await historyOf(house, session.id)).filter(({ type }) => type === 'session.force_completed');
      const won = (await store().approvals.get(place.team.id, id))?.status;
      expect(forced).toHaveLength(won === 'approved' ? 1 : 0);
    }
  });

  test('against a session that completes by itself in the same moment exactly one of both is true', async () => {
    for (let round = 0; round < 5; round += 1) {
      const session = await putInto(house, await addSession(one, place), 'running');
      const { id } = await ask(session, place.admin);
      const byItself = () =>
        store().sessions.move({
          sessionId: session.id,
          to: 'completed',
          guard: { epoch: session.epoch, status: ['running'] },
          reason: 'every required task is completed',
          actor: { kind: 'system', teamId: place.team.id, name: 'engine' },
          release: true,
        });
      const byForce = () => approvals().approve(second, id, yes(session.slug));
      const first = round % 2 === 0 ? [byForce(), byItself()] : [byItself(), byForce()].reverse();
      const [approved, completed] = await Promise.allSettled(first);
      const after = await now(session.id);
      expect(after.status).toBe('completed');
      expect([approved?.status, completed?.status].filter((status) => status === 'fulfilled')).toHaveLength(1);
      expect(after.forced).toBe(approved?.status === 'fulfilled');
      const ends = (await historyOf(house, session.id)).filter(({ type }) => type === 'session.completed');
      expect(ends).toHaveLength(1);
      if (approved?.status === 'rejected') expect(approved.reason).toMatchObject({ code: 'INVALID_TRANSITION' });
      if (approved?.status === 'rejected') {
        await one.sweeper.sweep();
        expect(await store().approvals.get(place.team.id, id)).toMatchObject({
          status: 'expired',
          note: 'The session is completed without it.',
        });
      }
    }
  });

  test('without its audit entry nothing happens at all', async () => {
    const { id, slug, session, told } = await running();
    const asked = await ask(session);
    const events = (await historyOf(house, id)).length;
    await execute(`create function refuse_force() returns trigger language plpgsql as $$ begin
      if new.action = 'session.force_complete' then raise exception 'the audit cannot be written'; end if; return new; end $$`);
    await execute('create trigger refuse_force before insert on audit for each row execute function refuse_force()');
    try {
      await expect(approvals().approve(second, asked.id, yes(slug))).rejects.toThrow();
    } finally {
      await execute('drop trigger refuse_force on audit');
      await execute('drop function refuse_force');
    }
    expect(await now(id)).toMatchObject({ status: 'running', forced: false, epoch: session.epoch });
    expect(await store().approvals.get(place.team.id, asked.id)).toMatchObject({ status: 'pending' });
    expect((await store().attempts.bySession(id)).map(({ status }) => status)).toEqual(['running']);
    expect((await historyOf(house, id)).length).toBe(events);
    expect(told.stopped?.aborted).toBe(false);
    await approvals().approve(second, asked.id, yes(slug));
    expect(await now(id)).toMatchObject({ status: 'completed', forced: true });
  });

  test('who may ask: a member on an own session, a lead, an admin; and with how many words', async () => {
    const mine = await putInto(house, await addSession(one, place, {}, place.member), 'failed');
    await expect(
      approvals().request.forceComplete(place.member, mine.id, { reason: 'too short' }),
    ).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'reason' }],
    });
    for (const nobody of [place.other, place.viewer])
      await expect(ask(mine, nobody)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const reader = tokenOf(place.member, ['sessions:read']);
    await expect(approvals().request.forceComplete(reader, mine.id, { reason })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const { id } = await ask(mine);
    await expect(ask(mine, place.lead)).rejects.toMatchObject({ code: 'CONFLICT' });
    await approvals().withdraw(place.member, id);
    await ask(mine, place.lead);
  });

  test('who may decide: an admin who did not ask, typing the slug, with a note', async () => {
    const session = await putInto(house, await addSession(one, place), 'failed');
    const { id } = await ask(session, place.admin);
    for (const nobody of [place.member, place.lead, place.viewer])
      await expect(approvals().approve(nobody, id, yes(session.slug))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(approvals().approve(place.admin, id, yes(session.slug))).rejects.toMatchObject({
      code: 'APPROVAL_REQUIRED',
    });
    await expect(approvals().reject(place.admin, id, { note: 'No' })).rejects.toMatchObject({
      code: 'APPROVAL_REQUIRED',
    });
    await expect(approvals().approve(second, id, yes('IND-999'))).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'confirmation' }],
    });
    await expect(approvals().approve(second, id, { confirmation: session.slug })).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'note' }],
    });
    await expect(approvals().reject(second, id, { note: '  ' })).rejects.toMatchObject({ code: 'INVALID' });
    const narrow = tokenOf(second, ['approvals:read']);
    await expect(approvals().approve(narrow, id, yes(session.slug))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const wide = tokenOf(second, ['approvals:write']);
    expect(await approvals().approve(wide, id, yes(session.slug))).toMatchObject({ decidedBy: second.id });
  });

  test('a rejected request says why, a withdrawn one is over, and another may be made', async () => {
    const { id, session } = await running();
    const first = await ask(session);
    expect(await approvals().reject(second, first.id, { note: 'The tests are still missing.' })).toMatchObject({
      status: 'rejected',
      note: 'The tests are still missing.',
    });
    expect((await now(id)).attention.kind).toBe('none');
    const again = await ask(session);
    await expect(approvals().withdraw(place.lead, again.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await approvals().withdraw(place.member, again.id)).toMatchObject({ status: 'withdrawn' });
    await expect(approvals().approve(second, again.id, yes(session.slug))).rejects.toMatchObject({ code: 'CONFLICT' });
    const told = (await historyOf(house, id)).filter(({ type }) => type === 'approval.decided');
    expect(told.map(({ payload }) => payload.decision)).toEqual(['rejected', 'withdrawn']);
    expect((await audit()).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['approval.requested', 'approval.rejected', 'approval.withdrawn']),
    );
    expect(await now(id)).toMatchObject({ status: 'running' });
  });

  test('after a day a request ends by itself, and cannot be approved a moment before the loop has said so', async () => {
    const { id, slug, session } = await running();
    const asked = await ask(session);
    one.time.ahead = 86_401;
    await expect(approvals().approve(second, asked.id, yes(slug))).rejects.toMatchObject({ code: 'CONFLICT' });
    one.time.ahead = 0;
    await execute("update approvals set expires_at = clock_timestamp() - interval '1 second'");
    await one.sweeper.sweep();
    expect(await store().approvals.get(place.team.id, asked.id)).toMatchObject({ status: 'expired', decidedBy: null });
    expect((await historyOf(house, id)).filter(({ type }) => type === 'approval.expired')).toHaveLength(1);
    expect((await audit()).at(-1)).toMatchObject({ action: 'approval.expired', actor: { kind: 'system' } });
    expect((await now(id)).attention.kind).toBe('none');
    await one.sweeper.sweep();
    expect((await historyOf(house, id)).filter(({ type }) => type === 'approval.expired')).toHaveLength(1);
  });

  test('the only admin approves an own request after a quarter of an hour, and the audit says so', async () => {
    await execute(`update memberships set role = 'lead' where user_id = '${second.id}'`);
    const session = await putInto(house, await addSession(one, place), 'failed');
    const { id } = await ask(session, place.admin);
    await expect(approvals().approve(place.admin, id, yes(session.slug))).rejects.toMatchObject({
      code: 'APPROVAL_REQUIRED',
      message: expect.stringContaining('15 minutes'),
    });
    one.time.ahead = 901;
    await execute('update teams set self_approval_forbidden = true');
    await expect(approvals().approve(place.admin, id, yes(session.slug))).rejects.toMatchObject({
      code: 'APPROVAL_REQUIRED',
    });
    await execute('update teams set self_approval_forbidden = false');
    await approvals().approve(place.admin, id, yes(session.slug));
    expect((await audit()).at(-1)).toMatchObject({ action: 'session.force_complete', after: { self_approved: true } });
  });

  test('how long a request lives, and how long an only admin waits, are the installation’s to say', async () => {
    await execute(`update memberships set role = 'lead' where user_id = '${second.id}'`);
    const quick = createInstance(house, { approvalExpirySeconds: 600, selfApprovalDelaySeconds: 0 });
    const session = await putInto(house, await addSession(one, place), 'failed');
    const asked = await quick.services.approvals.request.forceComplete(place.admin, session.id, { reason });
    expect(asked.expiresAt.getTime() - asked.createdAt.getTime()).toBe(600_000);
    await quick.services.approvals.approve(place.admin, asked.id, yes(session.slug));
    expect(await now(session.id)).toMatchObject({ status: 'completed', forced: true });
  });

  test("another team's request does not exist, for reading and for deciding", async () => {
    const session = await putInto(house, await addSession(one, place), 'failed');
    const { id } = await ask(session, place.admin);
    const foreign = await addTeam(house, 'elsewhere');
    for (const call of [
      () => approvals().get(foreign.admin, id),
      () => approvals().look(foreign.admin, id),
      () => approvals().approve(foreign.admin, id, yes(session.slug)),
      () => approvals().reject(foreign.admin, id, { note: 'No' }),
      () => approvals().withdraw(foreign.admin, id),
      () => approvals().get(place.admin, 'made-up'),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await approvals().inbox(foreign.admin)).items).toEqual([]);
  });

  test('the inbox puts the dearest first and the lamp rings only for who may decide', async () => {
    const idle = await putInto(house, await addSession(one, place), 'failed');
    const old = await ask(idle, place.admin);
    const { session } = await running();
    const dear = await ask(session);
    await execute(`update approvals set created_at = clock_timestamp() - interval '2 hours' where id = '${dear.id}'`);
    await execute(`update approvals set created_at = clock_timestamp() - interval '3 hours' where id = '${old.id}'`);
    const { items } = await approvals().inbox(second);
    expect(items.map(({ id }) => id)).toEqual([dear.id, old.id]);
    expect(items.map(({ running: attempts, refusal }) => [attempts, refusal])).toEqual([
      [1, null],
      [0, null],
    ]);
    expect(await approvals().lamp(second)).toMatchObject({ approvals: 2, plans: 0 });
    expect(await approvals().lamp(place.admin)).toMatchObject({ approvals: 1 });
    expect(await approvals().lamp(place.lead)).toMatchObject({ approvals: 0, since: null });
    const tile = (await one.services.system.annunciator(second)).find(({ key }) => key === 'approval');
    expect(tile).toMatchObject({ lit: true, count: 2, href: '/approvals' });
    expect((await one.services.system.annunciator(place.lead)).find(({ key }) => key === 'approval')).toMatchObject({
      lit: false,
    });
  });

  test('the facts are shown as they are now beside those of the request', async () => {
    const { session, slug } = await running();
    const asked = await ask(session);
    await one.services.taskEdits.cancel(place.admin, (await store().tasks.bySession(session.id))[0]?.id ?? '', {});
    const { approval, now: facts, obstacle } = await approvals().look(second, asked.id);
    const of = (list: typeof facts, key: string) => list.find((fact) => fact.key === key)?.count;
    expect([of([...approval.facts], 'cut_short'), of(facts, 'cut_short')]).toEqual([1, 0]);
    expect([of([...approval.facts], 'missing'), of(facts, 'missing')]).toEqual([0, 1]);
    expect(approval).toMatchObject({ slug, refusal: null, own: false });
    expect(obstacle).toBeNull();
    const seen = await approvals().forceComplete(place.member, session.id);
    expect(seen).toMatchObject({ pending: { id: asked.id }, refusal: null });
  });

  test('more tokens for the month need a second person, count at once and for that month only', async () => {
    const before = (await one.services.budgets.ofTeam(place.admin)).account.caps.tokens ?? 0;
    await expect(approvals().request.budgetRaise(place.member, { reason, tokens: before + 1 })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(approvals().request.budgetRaise(place.lead, { reason, tokens: before })).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'tokens' }],
    });
    const { id } = await approvals().request.budgetRaise(place.lead, { reason, tokens: before + 500 });
    await approvals().approve(second, id, yes(place.team.slug));
    expect((await one.services.budgets.ofTeam(place.admin)).account.caps.tokens).toBe(before + 500);
    expect((await audit()).at(-1)).toMatchObject({
      action: 'team.budget_raise',
      before: { tokens: before },
      after: { tokens: before + 500 },
    });
    await execute("update teams set raised_month = '2020-01'");
    expect((await one.services.budgets.ofTeam(place.admin)).account.caps.tokens).toBe(before);
  });

  test('a team is deleted by two, softly, and not while anything of it is not over', async () => {
    const session = await addSession(one, place);
    await expect(approvals().request.teamDelete(place.lead, { reason })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { id } = await approvals().request.teamDelete(place.admin, { reason });
    await expect(approvals().approve(second, id, yes(place.team.slug))).rejects.toMatchObject({ code: 'CONFLICT' });
    await one.services.sessions.cancel(place.admin, session.id);
    await expect(approvals().approve(second, id, yes(place.team.slug))).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('only team'),
    });
    const { team: other, lead: stranger } = await addTeam(house, 'elsewhere');
    await store().users.addMembership({ teamId: other.id, userId: second.id, role: 'member' });
    await approvals().approve(second, id, yes(place.team.slug));
    expect(await store().teams.get(place.team.id)).toMatchObject({ active: false, deletedAt: expect.any(Date) });
    expect(await now(session.id)).toMatchObject({ status: 'cancelled', deletedAt: null });
    expect((await store().users.memberships(second.id)).map(({ teamId }) => teamId)).toEqual([other.id]);

    // Whoever governed it brings it back from where they are now; nobody else, and not after 30 days.
    const elsewhere: UserActor = { ...second, teamId: other.id, role: 'member' };
    const { teamUndo } = approvals();
    await expect(teamUndo.undelete(stranger, place.team.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // Somebody's token is of one team, whatever its person governs elsewhere.
    const program = tokenOf(elsewhere, ['sessions:read']);
    expect(await teamUndo.deleted(program)).toEqual([]);
    await expect(teamUndo.undelete(program, place.team.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await teamUndo.deleted(elsewhere)).map(({ slug }) => slug)).toEqual([place.team.slug]);
    await execute(`update teams set deleted_at = deleted_at - interval '31 days' where id = '${place.team.id}'`);
    await expect(teamUndo.undelete(elsewhere, place.team.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await execute(`update teams set deleted_at = clock_timestamp() where id = '${place.team.id}'`);
    expect(await teamUndo.undelete(elsewhere, place.team.id)).toMatchObject({ active: true, deletedAt: null });
    expect((await audit()).at(-1)).toMatchObject({ action: 'team.undelete' });
  });

  test('programs act in a deleted team as little as people do, until it is brought back', async () => {
    const { team: other } = await addTeam(house, 'elsewhere');
    const { tokens, external, auth } = one.services;
    const service = await tokens.create(place.admin, {
      name: 'nightly',
      scopes: ['sessions:write'],
      service: { role: 'lead' },
    });
    const outside = (enrolmentCode: string, name: string) =>
      external.register({
        enrolmentCode,
        protocolVersion: '1.0',
        name,
        version: '1',
        agentType: 'implementer',
        capabilities: ['code_generation'],
      });
    const codeOf = async () => (await external.createCode(place.lead, {})).code;
    const agent = await outside(await codeOf(), 'AGENT-OUTSIDE-01');
    const left = await codeOf();
    const known = () =>
      Promise.all([service, agent].map(async ({ token }) => (await auth.actorFromToken(token)) !== null));
    expect(await known()).toEqual([true, true]);
    const { id } = await approvals().request.teamDelete(place.admin, { reason });
    one.rechecked.length = 0;
    await approvals().approve(second, id, yes(place.team.slug));
    expect(await known()).toEqual([false, false]);
    // What it has open is shut at once.
    expect(one.rechecked).toContain(service.id);
    await expect(outside(left, 'AGENT-OUTSIDE-02')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(addSession(one, place)).rejects.toMatchObject({ code: 'NOT_FOUND' });

    await store().users.addMembership({ teamId: other.id, userId: second.id, role: 'member' });
    await approvals().teamUndo.undelete({ ...second, teamId: other.id, role: 'member' }, place.team.id);
    expect(await known()).toEqual([true, true]);
    await outside(left, 'AGENT-OUTSIDE-02');
  });
});
