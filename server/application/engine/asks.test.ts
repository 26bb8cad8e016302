import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AskAnswer } from '../../domain/ask.ts';
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
} from '../testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('what agents ask, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  let answers: AskAnswer[];
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
    answers = [];
    one.play.current = async (run) => {
      answers.push(await run.ask({}));
      answers.push(await run.ask({}));
      return undefined;
    };
  });

  const asks = () => one.services.asks;
  const open = async (id: string) => house.opened.store.asks.openOf(id);
  const waits = (id: string, kinds: 'permission' | 'question' = 'permission') =>
    until(
      house,
      [one.dispatcher],
      id,
      async ({ attention }) => attention.kind === kinds && (await open(id)).length === 1,
    );
  const ends = (id: string, status: string) =>
    until(house, [one.dispatcher], id, (session) => session.status === status);
  const asked = async (id: string) => {
    await waits(id);
    const [ask] = await open(id);
    if (!ask) throw new Error('Nothing is asked');
    return ask;
  };

  test('an ask waits in the inbox, its answer reaches the agent, and the run goes on', async () => {
    const { id } = await addSession(one, place, { start: true }, place.member);
    const first = await asked(id);
    expect(first).toMatchObject({ kind: 'permission', command: 'npm publish', status: 'open' });
    expect((await house.opened.store.attempts.get(first.attemptId))?.status).toBe('waiting');
    expect((await asks().list(place.viewer, {}, { limit: 5 })).items).toMatchObject([{ sessionSlug: 'IND-1' }]);
    for (const actor of [place.viewer, place.other])
      await expect(asks().answer(actor, first.id, { decision: 'once' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(asks().answer(place.member, first.id, { answers: ['yes'] })).rejects.toMatchObject({
      code: 'INVALID',
    });
    await asks().answer(place.member, first.id, { decision: 'once' });
    await expect(asks().answer(place.lead, first.id, { decision: 'once' })).rejects.toMatchObject({ code: 'CONFLICT' });

    await until(house, [one.dispatcher], id, async () => (await open(id)).some((ask) => ask.id !== first.id));
    const second = await asked(id);
    expect((await house.opened.store.attempts.get(second.attemptId))?.status).toBe('waiting');
    await asks().answer(place.lead, second.id, { decision: 'reject' });
    const done = await ends(id, 'completed');
    expect(done.attention.kind).toBe('none');
    expect(answers[0]).toEqual({ decision: 'once' });
    expect(answers[1]).toMatchObject({ decision: 'reject', message: expect.stringContaining('rejected') });
    const audit = await house.opened.store.audit.list(place.team.id, { after: 0, limit: 50 });
    expect(audit.filter(({ action }) => action === 'ask.answered')).toHaveLength(2);
    expect((await house.opened.store.asks.get(place.team.id, first.id))?.deliveredAt).not.toBeNull();
  });

  test('an answer for the session answers the same thing again by itself, and the timeline says by what', async () => {
    const { id } = await addSession(one, place, { start: true });
    await asks().answer(place.admin, (await asked(id)).id, { decision: 'session' });
    await ends(id, 'completed');
    expect(answers).toEqual([{ decision: 'session' }, { decision: 'once' }]);
    const told = (await historyOf(house, id)).filter(({ type }) => type === 'ask.answered');
    expect(told.map(({ actor }) => actor.name)).toEqual(['ada', 'session rule']);
  });

  test('a question takes answers', async () => {
    one.play.current = async (run) => {
      answers.push(await run.ask({ kind: 'question', question: 'Which port?', permission: null, patterns: [] }));
      return undefined;
    };
    const { id } = await addSession(one, place, { start: true });
    await waits(id, 'question');
    const [ask] = await open(id);
    await expect(asks().answer(place.admin, ask?.id ?? '', { decision: 'once' })).rejects.toMatchObject({
      code: 'INVALID',
    });
    await asks().answer(place.admin, ask?.id ?? '', { answers: ['8080'] });
    await ends(id, 'completed');
    expect(answers).toEqual([{ answers: ['8080'] }]);
  });

  test('of two answers at once one is taken', async () => {
    const { id } = await addSession(one, place, { start: true });
    const ask = await asked(id);
    const results = await Promise.allSettled(
      [place.admin, place.lead].map((actor) => asks().answer(actor, ask.id, { decision: 'once' })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'CONFLICT' } });
    await one.dispatcher.stop();
  });

  /** A session whose agent asks, of a team that answers at once or is told. */
  async function askedAndDue() {
    const soon = createInstance(house, { askSlaSeconds: 0, askExpirySeconds: 3600 });
    soon.play.current = async (run) => {
      answers.push(await run.ask({}));
      return undefined;
    };
    const { id } = await addSession(soon, place, { start: true });
    await until(house, [soon.dispatcher], id, async () => (await open(id)).length === 1);
    return { soon, id };
  }

  test('an ask is escalated past its SLA and, past its expiry, rejected with the session paused', async () => {
    const { soon, id } = await askedAndDue();
    await soon.sweeper.sweep();
    expect((await open(id)).map(({ status }) => status)).toEqual(['escalated']);
    const tiles = await soon.services.system.annunciator(place.lead);
    expect(tiles.find(({ key }) => key === 'needs_you')?.detail).toMatch(/1 escalated to leads/);
    await soon.sweeper.sweep();
    await house.opened.database.db.execute('update asks set expires_at = clock_timestamp()');
    await soon.sweeper.sweep();
    const paused = await until(house, [soon.dispatcher], id, ({ status }) => status === 'paused');
    expect(paused.attention.kind).toBe('none');
    expect(paused.cause).toMatch(/^Nobody answered in time: ./);
    const types = (await historyOf(house, id)).map(({ type }) => type).filter((type) => type.startsWith('ask.'));
    expect(types).toEqual(['ask.opened', 'ask.escalated', 'ask.expired']);
    expect(soon.aborted).toHaveLength(1);
  });

  test('an ask whose time is up and that cannot be moved holds up none of those behind it', async () => {
    const { soon, id } = await askedAndDue();
    const { store, database } = house.opened;
    const [first] = await open(id);
    if (!first) throw new Error('Nothing is asked');
    const behind = { ...first, id: randomUUID(), remoteAskId: 'per_behind', expiresAt: new Date(Date.now() + 7e6) };
    await store.asks.open(behind);
    await database.db.execute(
      sql.raw(`alter table asks add constraint stuck check (id <> '${first.id}' or status = 'open') not valid`),
    );
    try {
      await soon.sweeper.sweep();
    } finally {
      await database.db.execute('alter table asks drop constraint stuck');
    }
    expect(new Map((await open(id)).map((ask) => [ask.id, ask.status]))).toEqual(
      new Map([
        [first.id, 'open'],
        [behind.id, 'escalated'],
      ]),
    );
    const told = soon.logged.filter(({ level }) => level === 'error');
    expect(told.map(({ fields }) => fields)).toMatchObject([{ ask: first.id }]);
    await soon.dispatcher.stop();
  });

  test('a pause withdraws what is asked; resumed, the agent asks again', async () => {
    const { id } = await addSession(one, place, { start: true });
    const first = await asked(id);
    const pausing = one.services.sessions.pause(place.admin, id);
    await ends(id, 'paused');
    await pausing;
    expect((await house.opened.store.asks.get(place.team.id, first.id))?.status).toBe('superseded');
    await expect(asks().answer(place.admin, first.id, { decision: 'once' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await one.services.sessions.resume(place.admin, id);
    const again = await asked(id);
    expect(again.id).not.toBe(first.id);
    expect(again.attemptId).toBe(first.attemptId);
    await asks().answer(place.admin, again.id, { decision: 'session' });
    await ends(id, 'completed');
  });

  test('an ask the runtime takes back is withdrawn, and its attempt waits for nobody any more', async () => {
    one.play.current = async (run) => {
      void run.ask({ remoteAskId: 'per_back' });
      await until(house, [], run.order.sessionId, ({ attention }) => attention.kind === 'permission');
      run.tell({ type: 'ask_gone', remoteAskId: 'per_back' });
      return new Promise(() => undefined);
    };
    const { id } = await addSession(one, place, { start: true });
    const takenBack = async () => (await historyOf(house, id)).some(({ type }) => type === 'ask.superseded');
    await until(house, [one.dispatcher], id, takenBack);
    expect((await house.opened.store.sessions.byId(id))?.attention.kind).toBe('none');
    expect((await house.opened.store.attempts.bySession(id)).map(({ status }) => status)).toEqual(['running']);
    await one.dispatcher.stop();
  });

  test('an answer given while the owner was away is delivered by the next one', async () => {
    const { id } = await addSession(one, place, { start: true });
    const ask = await asked(id);
    await one.dispatcher.stop();
    await asks().answer(place.admin, ask.id, { decision: 'session' });
    expect(answers).toEqual([]);
    const delivered: AskAnswer[] = [];
    const next = createInstance(house, { owner: 'house.2' });
    const { answer } = next.deps.runner;
    next.deps.runner.answer = async (order, remote, given) => {
      delivered.push(given);
      await answer(order, remote, given);
    };
    next.play.current = async () => undefined;
    await until(house, [next.dispatcher], id, ({ status }) => status === 'completed');
    expect(delivered).toEqual([{ decision: 'session' }]);
  });

  test('an answer the runtime cannot take yet is kept and does not hold up the session', async () => {
    const { id } = await addSession(one, place, { start: true });
    const ask = await asked(id);
    const { answer } = one.deps.runner;
    let refusals = 0;
    one.deps.runner.answer = async () => {
      refusals += 1;
      throw Object.assign(new Error('offline'), { name: 'DomainError', code: 'UNAVAILABLE' });
    };
    await asks().answer(place.admin, ask.id, { decision: 'session' });
    await until(house, [one.dispatcher], id, () => refusals > 1);
    expect(one.logged.filter(({ level }) => level === 'error')).toEqual([]);
    one.deps.runner.answer = answer;
    await ends(id, 'completed');
  });

  test('an answer its agent cannot be told is said once where people look, and holds up no other', async () => {
    one.play.current = async (run) => {
      const broken = run.ask({ remoteAskId: 'per_broken', title: 'bash: first' });
      answers.push(await run.ask({ remoteAskId: 'per_sound', title: 'bash: second', patterns: ['second'] }));
      answers.push(await broken);
      return undefined;
    };
    const { answer } = one.deps.runner;
    let mended = false;
    let tries = 0;
    one.deps.runner.answer = async (order, remote, given) => {
      if (remote.remoteAskId === 'per_broken' && !mended) {
        tries += 1;
        throw new Error('The folder is gone');
      }
      await answer(order, remote, given);
    };
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, async () => (await open(id)).length === 2);
    for (const title of ['bash: first', 'bash: second']) {
      const ask = (await open(id)).find((waiting) => waiting.title === title);
      await asks().answer(place.admin, ask?.id ?? '', { decision: 'once' });
    }
    await until(house, [one.dispatcher], id, () => tries > 2 && answers.length === 1);
    const told = (await historyOf(house, id)).filter(({ payload }) => payload.warning !== undefined);
    expect(told.map(({ payload }) => payload.warning)).toEqual([
      'The answer to “bash: first” does not reach its agent and is tried again: The folder is gone',
    ]);
    expect(one.logged.filter(({ level }) => level !== 'info')).toHaveLength(1);
    mended = true;
    await ends(id, 'completed');
    expect(answers).toHaveLength(2);
  });
});
