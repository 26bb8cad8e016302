import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Attempt } from '../../domain/attempt.ts';
import { monthOf } from '../../domain/budget-words.ts';
import {
  addSession,
  createInstance,
  fileAt,
  type House,
  historyOf,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';
import { createCallAdmission } from './admit-call.ts';

const nothing = { tokens: 0, costUsd: 0, attempts: 0, seconds: 0 };

describe.each(['pglite', 'postgres'] as const)('budgets of runs, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
  });

  const ends = (id: string, status: string) =>
    until(house, [one.dispatcher], id, (session) => session.status === status);
  const attemptsOf = (id: string) => house.opened.store.attempts.bySession(id);
  const admit = (attemptId: string, heldMs = 0) => createCallAdmission(one.deps)(attemptId, heldMs);
  const monthNow = () => house.opened.store.budgets.teamMonth(place.team.id, monthOf(new Date()));
  const told = async (id: string, wanted: string) =>
    (await historyOf(house, id)).filter(({ type }) => type === wanted).map(({ payload }) => payload);
  const call = (
    attempt: Pick<Attempt, 'id' | 'sessionId' | 'teamId'>,
    inputTokens: number,
    costUsd: number | null = 0,
  ) =>
    house.opened.store.modelCalls.record({
      teamId: attempt.teamId,
      sessionId: attempt.sessionId,
      attemptId: attempt.id,
      provider: 'default',
      model: 'm',
      inputTokens,
      outputTokens: 0,
      reasoningTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      costUsd,
      latencyMs: 1,
      status: 200,
      errorClass: null,
    });
  /** A run that stands still until it is stopped, and the attempt it is. */
  async function standing(fields: Record<string, unknown>): Promise<Attempt> {
    one.play.current = () => new Promise<undefined>(() => undefined);
    const { id } = await addSession(one, place, { start: true, ...fields });
    await until(house, [one.dispatcher], id, (_, tasks) => tasks.some(({ status }) => status === 'in_progress'));
    const [attempt] = await attemptsOf(id);
    if (attempt === undefined) throw new Error('Nothing runs');
    return attempt;
  }

  test('what an attempt drew is told and given back with its end, and what was metered is spent up to the team', async () => {
    one.play.current = async ({ order }) => {
      await call({ id: order.attemptId, sessionId: order.sessionId, teamId: order.teamId }, 1_234, 0.5);
      return undefined;
    };
    const parent = await addSession(one, place, { budget: { tokens: 100_000 } });
    const { id } = await addSession(one, place, { parentId: parent.slug, start: true });
    await ends(id, 'completed');
    const [attempt] = await attemptsOf(id);
    expect(await told(id, 'budget.reserved')).toMatchObject([{ attemptId: attempt?.id, tokens: 50_000, costUsd: 0 }]);
    const { account, above, open, warning } = await one.services.budgets.ofSession(place.viewer, id);
    const spent = { tokens: 1_234, costUsd: 0.5, attempts: 1 };
    for (const each of [account, ...above]) expect(each).toMatchObject({ reserved: nothing, spent });
    expect([above.map(({ sessionId }) => sessionId), open, warning]).toEqual([[parent.id, null], [], null]);
    expect((await one.services.budgets.ofTeam(place.viewer)).account).toMatchObject({ spent });
  });

  test('a run that fails and one that is stopped give their draws back; a spent quota of the provider burns no attempt', async () => {
    one.play.current = async () => ({ type: 'failed', failure: 'auth', message: 'no key', retryAt: null });
    const failing = await addSession(one, place, { start: true });
    await ends(failing.id, 'failed');
    const { sessionId } = await standing({});
    const stopping = one.services.sessions.stop(place.admin, sessionId);
    await ends(sessionId, 'stopped');
    await stopping;
    for (const id of [failing.id, sessionId])
      expect((await one.services.budgets.ofSession(place.admin, id)).account).toMatchObject({
        reserved: nothing,
        spent: { attempts: 1 },
      });
    one.play.current = async () => ({
      type: 'failed',
      failure: 'quota_exhausted',
      message: 'spent',
      retryAt: new Date(Date.now() + 3_600_000),
    });
    const parked = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], parked.id, (_, tasks) => tasks.some(({ notBefore }) => notBefore !== null));
    expect((await one.services.budgets.ofSession(place.admin, parked.id)).account).toMatchObject({
      reserved: nothing,
      spent: { attempts: 0 },
    });
    expect((await monthNow()).reserved).toEqual(nothing);
  });

  test('a run that is paused leaves its team what it has not used, and draws again when it goes on', async () => {
    const attempt = await standing({});
    await call(attempt, 100);
    const pausing = one.services.sessions.pause(place.admin, attempt.sessionId);
    await ends(attempt.sessionId, 'paused');
    await pausing;
    expect((await monthNow()).reserved).toMatchObject({ tokens: 100, attempts: 1 });
    await one.services.sessions.resume(place.admin, attempt.sessionId);
    await ends(attempt.sessionId, 'running');
    expect(await admit(attempt.id)).toBeNull();
    expect((await monthNow()).reserved.tokens).toBeGreaterThan(100);
  });

  test('a nearly used draw is raised before the next call, until its session holds no more', async () => {
    const attempt = await standing({ parallelism: 1, budget: { tokens: 70_000 } });
    await call(attempt, 44_000);
    expect(await admit(attempt.id)).toBeNull();
    expect(await house.opened.store.budgets.entryOf(attempt.id)).toMatchObject({ reserved: { tokens: 50_000 } });
    await call(attempt, 2_000);
    expect(await admit(attempt.id)).toBeNull();
    expect(await house.opened.store.budgets.entryOf(attempt.id)).toMatchObject({ reserved: { tokens: 70_000 } });
    await call(attempt, 20_000);
    expect(await admit(attempt.id)).toBeNull();
    expect((await attemptsOf(attempt.sessionId))[0]?.cutOff).toBeNull();
  });

  test('a used-up budget cuts the run off and pauses its session; raised, the same attempt goes on', async () => {
    const attempt = await standing({ parallelism: 1, budget: { tokens: 2_000 } });
    const { sessionId } = attempt;
    await call(attempt, 2_100);
    const sentence = 'all 2000 tokens are used';
    expect(await admit(attempt.id)).toBe(sentence);
    expect(await house.opened.store.sessions.byId(sessionId)).toMatchObject({
      pendingCommand: 'pause',
      cause: `budget: ${sentence}`,
    });
    expect(await admit(attempt.id)).toBe(sentence);
    const paused = await ends(sessionId, 'paused');
    expect(paused.cause).toBe(`budget: ${sentence}`);
    const account = (await house.opened.store.budgets.accountOf(sessionId)).id;
    expect(await told(sessionId, 'budget.exhausted')).toEqual([
      { reason: sentence, account, what: 'tokens', attemptId: attempt.id, taskId: attempt.taskId },
    ]);
    expect(await attemptsOf(sessionId)).toMatchObject([{ status: 'waiting', cutOff: sentence }]);

    await one.services.sessions.update(place.admin, sessionId, { budget: { tokens: 90_000 } });
    one.play.current = async (run) => run.write('late.txt', 'here\n') as undefined;
    await one.services.sessions.resume(place.admin, sessionId);
    await until(house, [one.dispatcher], sessionId, ({ status }) => status === 'running' || status === 'completed');
    expect(await admit(attempt.id)).toBeNull();
    const done = await ends(sessionId, 'completed');
    expect(fileAt(place, done, 'late.txt')).toBe('here');
    expect(await attemptsOf(sessionId)).toMatchObject([{ id: attempt.id, status: 'succeeded', cutOff: null }]);
  });

  test('nobody is stopped in the middle of a tool: the pause waits for the other runs of the session, for a while', async () => {
    one.play.current = () => new Promise<undefined>(() => undefined);
    const { id } = await addSession(one, place, {
      blueprint: 'crud',
      parallelism: 2,
      budget: { tokens: 8_000 },
      start: true,
    });
    await until(house, [one.dispatcher], id, (_, tasks) => {
      return tasks.filter(({ status }) => status === 'in_progress').length === 2;
    });
    const [first, second] = await attemptsOf(id);
    if (!first || !second) throw new Error('Two should run');
    await call(first, 5_000);
    expect(await admit(first.id)).toContain('is drawn by attempts that are running');
    expect(await attemptsOf(id)).toMatchObject([{ cutOff: null }, { cutOff: null }]);
    await admit(first.id, 46_000);
    expect((await attemptsOf(id)).map(({ cutOff }) => cutOff !== null)).toEqual([true, false]);
    expect((await house.opened.store.sessions.byId(id))?.pendingCommand).toBeNull();
    await call(second, 5_000);
    await admit(second.id, 46_000);
    expect((await house.opened.store.sessions.byId(id))?.pendingCommand).toBe('pause');
    await ends(id, 'paused');
  });

  test('a cap on cost holds where the price is known; where it is not, it is said and tokens count', async () => {
    Object.assign(one.deps, { prices: () => ({ input: 100, output: 100 }) });
    const priced = await standing({ budget: { costUsd: 1 } });
    expect(await house.opened.store.budgets.entryOf(priced.id)).toMatchObject({ reserved: { costUsd: 1 } });
    await call(priced, 10, 1.2);
    expect(await admit(priced.id)).toBe('all 1.00 USD are spent');
    expect(await told(priced.sessionId, 'session.updated')).not.toContainEqual(
      expect.objectContaining({ warning: expect.anything() }),
    );

    Object.assign(one.deps, { prices: () => ({ input: null, output: 100 }) });
    const unpriced = await standing({ budget: { costUsd: 1, tokens: 3_000 }, parallelism: 1 });
    const { sessionId } = unpriced;
    const warning = expect.stringContaining('price of the model is unknown');
    expect((await told(sessionId, 'session.updated'))[0]).toMatchObject({ warning });
    expect(await one.services.budgets.ofSession(place.viewer, sessionId)).toMatchObject({
      warning,
      account: { reserved: { tokens: 3_000, costUsd: null } },
    });
    await call(unpriced, 10, null);
    expect(await admit(unpriced.id)).toBeNull();
    await call(unpriced, 3_000, null);
    expect(await admit(unpriced.id)).toBe('all 3000 tokens are used');
  });

  test("time that has run out cuts off too, also the parent's", async () => {
    const parent = await addSession(one, place, { budget: { wallSeconds: 500 } });
    await house.opened.database.db.execute(
      sql`update sessions set started_at = clock_timestamp() where id = ${parent.id}::uuid`,
    );
    const own = await standing({ budget: { wallSeconds: 100 } });
    const below = await standing({ parentId: parent.slug });
    expect([await admit(own.id), await admit(below.id)]).toEqual([null, null]);
    one.time.ahead = 200;
    expect(await admit(own.id)).toMatch(/^20\d of 100 seconds have run$/);
    expect(await admit(below.id)).toBeNull();
    one.time.ahead = 600;
    expect(await admit(below.id)).toMatch(new RegExp(`^60\\d of 500 seconds of its parent ${parent.slug} have run$`));
  });

  test("a team's spent month refuses new attempts with the day its tokens come back, and its sessions go on after it", async () => {
    await house.opened.database.db.execute(
      sql`update teams set tokens_per_month = 1000 where id = ${place.team.id}::uuid`,
    );
    const spender = await standing({});
    await call(spender, 1_100);
    expect(await admit(spender.id)).toMatch(
      /^the team's 1000 tokens of this month are spent; they come back on \d{4}-\d\d-01 \(UTC\)$/,
    );
    await ends(spender.sessionId, 'paused');
    const stopping = one.services.sessions.stop(place.admin, spender.sessionId);
    await stopping;
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, (_, tasks) => tasks.some(({ status }) => status === 'ready'));
    one.time.ahead = 60;
    const degraded = await ends(id, 'degraded');
    expect(degraded.cause).toMatch(/the team's 1000 tokens of this month are spent; they come back on/);
    expect(await attemptsOf(id)).toEqual([]);
    const tiles = await one.services.system.annunciator(place.viewer);
    expect(tiles.find(({ key }) => key === 'quota')).toMatchObject({
      lit: true,
      detail: expect.stringMatching(/^The team's 1000 tokens of this month are spent; they come back on/),
    });
    await house.opened.database.db.execute(
      sql`update teams set tokens_per_month = 90000 where id = ${place.team.id}::uuid`,
    );
    one.play.current = async () => undefined;
    await ends(id, 'completed');
  });

  test('a parked runtime takes no new attempt, says until when, and makes nothing degraded for a short rest', async () => {
    const until5 = new Date(Date.now() + 20_000);
    Object.assign(one.runtime, { state: 'parked', detail: 'The provider is out of quota', parkedUntil: until5 });
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, (_, tasks) => tasks.some(({ status }) => status === 'ready'));
    await one.dispatcher.tick();
    expect(await attemptsOf(id)).toEqual([]);
    await one.sweeper.sweep();
    const [instance] = await house.opened.store.instances.list();
    expect(instance).toMatchObject({ id: one.deps.instance.id, runtimeState: 'parked', parkedUntil: until5 });
    const longer = new Date(Date.now() + 7_200_000);
    Object.assign(one.runtime, { parkedUntil: longer });
    one.time.ahead = 60;
    const degraded = await ends(id, 'degraded');
    expect(degraded.cause).toContain(`parked until ${longer.toISOString().slice(0, 10)}`);
    Object.assign(one.runtime, { state: 'online', parkedUntil: null });
    await ends(id, 'completed');
    const moves = (await told(id, 'session.status_changed')).map(({ to }) => to);
    expect(moves.filter((to) => to === 'degraded')).toHaveLength(1);
  });
});
