import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AgentActor } from '../domain/actor.ts';
import type { Context } from '../domain/context.ts';
import { errorCodeOf } from '../domain/errors.ts';
import type { Session } from '../domain/session.ts';
import { createAgentTools } from './contexts/agent-tools.ts';
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
  tokenOf,
  until,
} from './testing/house.ts';

const missing = '11111111-1111-4111-8111-111111111111';

async function refusal(work: Promise<unknown>): Promise<{ code: string | null; details: unknown; message: string }> {
  try {
    await work;
  } catch (error) {
    const { message, details } = error as { message: string; details?: unknown };
    return { code: errorCodeOf(error), details, message };
  }
  throw new Error('It was not refused');
}

describe.each(['pglite', 'postgres'] as const)('contexts, on %s', (kind) => {
  let house: House;
  let one: Instance;
  let place: Place;
  let session: Session;
  beforeAll(async () => {
    house = await openHouse(kind);
    one = createInstance(house);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    session = await addSession(one, place);
  });

  const contexts = () => one.services.contexts;
  const make = (data: object, fields: object = {}): Promise<Context> =>
    contexts().create(place.member, { scope: 'session', sessionId: session.slug, data, ...fields });
  const audited = async () =>
    (await house.opened.store.audit.list(place.team.id, { after: 0, limit: 100 }))
      .map(({ action }) => action)
      .filter((action) => action.startsWith('context.'));

  test('every change makes a version, is kept leaf by leaf under who made it, and is told on the session’s timeline', async () => {
    const made = await make({ a: { b: 1, c: null } });
    expect(made).toMatchObject({ version: 1, scope: 'session', sessionId: session.id, expiresAt: null });
    const patched = await contexts().patch(place.lead, made.id, { set: { 'a.b': 2, d: [1] }, unset: ['a.c'] });
    expect(patched).toMatchObject({ version: 2, data: { a: { b: 2 }, d: [1] } });
    // The same again is no change.
    expect((await contexts().patch(place.lead, made.id, { set: { 'a.b': 2 } })).version).toBe(2);
    const kept = await contexts().history(place.viewer, made.id);
    expect(kept.map(({ version, path, actor }) => [version, path, actor.name])).toEqual([
      [2, 'd', 'leo'],
      [2, 'a.c', 'leo'],
      [2, 'a.b', 'leo'],
      [1, 'a.c', 'mia'],
      [1, 'a.b', 'mia'],
    ]);
    expect(kept[1]).toHaveProperty('before', null);
    expect(kept[1]).not.toHaveProperty('after');
    expect(kept[3]).toHaveProperty('after', null);
    const told = (await historyOf(house, session.id)).filter(({ type }) => type === 'context.changed');
    expect(told.map(({ payload, actor }) => [payload.version, payload.keys, actor.name])).toEqual([
      [1, ['a.b', 'a.c'], 'mia'],
      [2, ['a.b', 'a.c', 'd'], 'leo'],
    ]);
  });

  test('a stale writer is refused with both versions and the keys both have changed, and nothing is written', async () => {
    const { id } = await make({ a: { b: 1 }, c: 1, d: 1 });
    await contexts().patch(place.lead, id, { set: { 'a.b': 2, c: 2 } });
    await contexts().patch(place.lead, id, { unset: ['d'] });
    const stale = await refusal(contexts().patch(place.member, id, { set: { a: 5, d: 2, e: 1 } }, { version: 1 }));
    expect(stale).toMatchObject({ code: 'CONFLICT', details: { expected: 1, actual: 3, keys: ['a', 'd'] } });
    expect(stale.message).toContain('Both changed: a, d');
    const apart = await refusal(contexts().setKey(place.member, id, 'e', { value: 1 }, { version: 2 }));
    expect(apart).toMatchObject({ code: 'CONFLICT', details: { expected: 2, actual: 3, keys: [] } });
    expect((await contexts().get(place.viewer, id)).data).toEqual({ a: { b: 2 }, c: 2 });
  });

  test('of writers that saw the same version exactly one wins', async () => {
    const { id } = await make({ n: 0 });
    const writers = Array.from({ length: 12 }, (_, at) =>
      contexts().patch(place.lead, id, { set: { n: at + 1 } }, { version: 1 }),
    );
    const settled = await Promise.allSettled(writers);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const end of settled) if (end.status === 'rejected') expect(errorCodeOf(end.reason)).toBe('CONFLICT');
    expect((await contexts().get(place.viewer, id)).version).toBe(2);
  });

  test('writers that name no version lose nothing of each other', async () => {
    const { id } = await make({});
    await Promise.all(
      Array.from({ length: 12 }, (_, at) => contexts().setKey(place.lead, id, `k${at}`, { value: at })),
    );
    const { version, data } = await contexts().get(place.viewer, id);
    expect([version, Object.keys(data).length]).toEqual([13, 12]);
    await historyOf(house, session.id);
  });

  test('below a scalar nothing is set, and a path that cannot be is named', async () => {
    const { id } = await make({ a: 'npm' });
    const below = await refusal(contexts().setKey(place.member, id, 'a.b', { value: 1 }));
    expect(below).toMatchObject({ code: 'INVALID', details: [{ path: 'a.b' }] });
    expect(below.message).toContain('the text "npm" stands there');
    const proto = await refusal(contexts().patch(place.member, id, { set: { 'x.__proto__.y': 1 } }));
    expect(proto).toMatchObject({ code: 'INVALID', details: [{ path: 'x.__proto__.y' }] });
  });

  test('single places are read, set and removed; null is there, absence is not found', async () => {
    const { id } = await make({ 'v1.2': { x: null } });
    expect(await contexts().getKey(place.viewer, id, 'v1\\.2.x')).toEqual({
      path: 'v1\\.2.x',
      value: null,
      version: 1,
    });
    expect((await refusal(contexts().getKey(place.viewer, id, 'v1.2'))).code).toBe('NOT_FOUND');
    expect(await contexts().setKey(place.member, id, 'y', { value: null })).toMatchObject({ value: null, version: 2 });
    await contexts().unsetKey(place.member, id, 'y');
    expect((await refusal(contexts().unsetKey(place.member, id, 'y'))).code).toBe('NOT_FOUND');
  });

  test('a difference between versions comes out of the history', async () => {
    const { id } = await make({ a: 1, b: { c: 1 }, gone: 1 });
    await contexts().patch(place.member, id, { set: { a: 2, b: 'leaf' } });
    await contexts().patch(place.member, id, { set: { a: 3, fresh: null }, unset: ['gone'] });
    await contexts().patch(place.member, id, { set: { passing: 1 } });
    await contexts().patch(place.member, id, { unset: ['passing'] });
    expect(await contexts().diff(place.viewer, id, { from: 1 })).toEqual({
      from: 1,
      to: 5,
      added: { b: 'leaf', fresh: null },
      removed: { 'b.c': 1, gone: 1 },
      changed: { a: { before: 1, after: 3 } },
    });
    expect(await contexts().diff(place.viewer, id, { from: 3, to: 3 })).toMatchObject({ added: {}, changed: {} });
    expect((await refusal(contexts().diff(place.viewer, id, { from: 0, to: 9 }))).details).toMatchObject([
      { path: 'from' },
      { path: 'to' },
    ]);
  });

  test('a copy for another session keeps where it came from and goes its own way', async () => {
    const source = await make({ a: 1 }, { name: 'Build facts' });
    const other = await addSession(one, place, { title: 'Add another thing' });
    const copy = await contexts().share(place.other, source.id, { sessionId: other.slug });
    expect(copy).toMatchObject({ data: { a: 1 }, name: 'Build facts', sessionId: other.id, version: 1 });
    expect(copy.metadata).toMatchObject({ sharedFrom: { contextId: source.id, version: 1, sessionId: session.id } });
    await contexts().setKey(place.other, copy.id, 'a', { value: 2 });
    expect((await contexts().get(place.viewer, source.id)).data).toEqual({ a: 1 });
    const same = await refusal(contexts().share(place.other, source.id, { sessionId: session.id }));
    expect(same).toMatchObject({ code: 'INVALID', details: [{ path: 'sessionId' }] });
  });

  test('a lead promotes to global, never from temporary; a member does not', async () => {
    const mine = await make({ a: 1 });
    expect((await refusal(contexts().promote(place.member, mine.id))).code).toBe('FORBIDDEN');
    const global = await contexts().promote(place.lead, mine.id);
    expect(global).toMatchObject({ scope: 'global', sessionId: null, expiresAt: null, version: 2, data: { a: 1 } });
    expect((await refusal(contexts().promote(place.lead, mine.id))).code).toBe('INVALID_TRANSITION');
    expect((await refusal(contexts().setKey(place.member, mine.id, 'a', { value: 2 }))).code).toBe('FORBIDDEN');
    await contexts().setKey(place.lead, mine.id, 'a', { value: 2 });
    const passing = await contexts().create(place.member, { scope: 'temporary', data: { a: 1 } });
    expect(await refusal(contexts().promote(place.lead, passing.id))).toMatchObject({
      code: 'INVALID_TRANSITION',
      details: { from: 'temporary', to: 'global' },
    });
    expect(await audited()).toEqual(['context.promoted']);
    expect((await contexts().ofSession(place.viewer, session.slug)).map(({ id }) => id)).toEqual([mine.id]);
  });

  test('a merge makes a new context of the widest scope, says what it settled and from what it came', async () => {
    const target = await make({ a: 1, own: 1 });
    const source = await contexts().create(place.member, { scope: 'temporary', data: { a: 2, other: 1 } });
    await contexts().setKey(place.member, target.id, 'a', { value: 3 });
    const input = { targetId: target.id, sourceIds: [source.id] };
    const latest = await contexts().merge(place.member, { ...input, strategy: 'last_write_wins' });
    expect(latest.context).toMatchObject({ scope: 'session', sessionId: session.id, data: { a: 3, own: 1, other: 1 } });
    expect(latest.conflicts).toEqual([{ path: 'a', values: { [target.id]: 3, [source.id]: 2 }, chosen: target.id }]);
    expect(latest.context.metadata).toMatchObject({
      strategy: 'last_write_wins',
      mergedFrom: [
        { contextId: target.id, version: 2, scope: 'session' },
        { contextId: source.id, version: 1, scope: 'temporary' },
      ],
    });
    await contexts().setKey(place.member, source.id, 'a', { value: 4 });
    const later = await contexts().merge(place.member, { ...input, strategy: 'last_write_wins' });
    expect(later.context.data.a).toBe(4);

    const manual = { ...input, strategy: 'manual' };
    const open = await refusal(contexts().merge(place.member, manual));
    expect(open).toMatchObject({ code: 'CONFLICT', details: { conflicts: [{ path: 'a', chosen: null }] } });
    const decided = await contexts().merge(place.member, { ...manual, resolutions: { a: target.id } });
    expect(decided.context.data.a).toBe(3);
    const beside = await refusal(
      contexts().merge(place.member, { ...manual, resolutions: { a: target.id, own: target.id } }),
    );
    expect(beside).toMatchObject({ code: 'INVALID', details: [{ path: 'resolutions.own' }] });
    expect(await audited()).toEqual(['context.merged', 'context.merged', 'context.merged']);
    expect((await contexts().list(place.viewer, {}, { limit: 20 })).total).toBe(5);
  });

  test('another team’s context is not there, and in a merge its id is named', async () => {
    const mine = await make({ a: 1 });
    const elsewhere = await addTeam(house, 'elsewhere');
    const theirs = await contexts().create(elsewhere.lead, { scope: 'global', data: { secret: 1 } });
    const reaches = [
      () => contexts().get(place.admin, theirs.id),
      () => contexts().patch(place.admin, theirs.id, { set: { a: 1 } }),
      () => contexts().remove(place.admin, theirs.id),
      () => contexts().history(place.admin, theirs.id),
      () => contexts().promote(place.admin, theirs.id),
    ];
    for (const reach of reaches) expect((await refusal(reach())).code).toBe('NOT_FOUND');
    const merged = await refusal(
      contexts().merge(place.admin, { targetId: mine.id, sourceIds: [theirs.id], strategy: 'deep_merge' }),
    );
    expect(merged).toMatchObject({ code: 'INVALID', details: [{ path: 'sourceIds.0' }] });
    expect(merged.message).toContain(theirs.id);
    const strange = await addSession(one, elsewhere);
    expect(await refusal(contexts().share(place.admin, mine.id, { sessionId: strange.id }))).toMatchObject({
      code: 'INVALID',
      details: [{ path: 'sessionId' }],
    });
    expect((await contexts().list(place.viewer, {}, { limit: 20 })).items.map(({ id }) => id)).toEqual([mine.id]);
  });

  test('who may what: a viewer reads, a token needs the scope, an unknown session or agent is named', async () => {
    const { id } = await make({ a: 1 });
    expect((await contexts().get(place.viewer, id)).id).toBe(id);
    expect((await refusal(contexts().setKey(place.viewer, id, 'a', { value: 2 }))).code).toBe('FORBIDDEN');
    const reader = tokenOf(place.admin, ['contexts:read']);
    expect((await contexts().get(reader, id)).id).toBe(id);
    expect((await refusal(contexts().remove(reader, id))).code).toBe('FORBIDDEN');
    expect((await refusal(contexts().get(tokenOf(place.admin, ['sessions:read']), id))).code).toBe('FORBIDDEN');
    expect((await refusal(contexts().create(place.member, { scope: 'global', data: {} }))).code).toBe('FORBIDDEN');
    const strange = { scope: 'session', sessionId: missing };
    expect((await refusal(contexts().create(place.member, strange))).details).toMatchObject([{ path: 'sessionId' }]);
    const nobody = { scope: 'agent', agentId: missing };
    expect((await refusal(contexts().create(place.lead, nobody))).details).toMatchObject([{ path: 'agentId' }]);
    expect((await refusal(contexts().create(place.member, nobody))).code).toBe('FORBIDDEN');
    await contexts().remove(place.member, id);
    expect((await refusal(contexts().get(place.viewer, id))).code).toBe('NOT_FOUND');
    expect(await audited()).toEqual(['context.removed']);
  });

  test('what a session knew expires a day after its end, and lives on when it is retried', async () => {
    const { id } = await make({ a: 1 });
    const temporary = await contexts().create(place.member, { scope: 'temporary', data: {} });
    expect(temporary.expiresAt?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
    const ended = await one.services.sessions.cancel(place.admin, session.id);
    expect(ended.status).toBe('cancelled');
    const [kept] = await contexts().ofSession(place.viewer, session.id);
    expect(kept?.expiresAt?.getTime()).toBeGreaterThan(Date.now() + 86_000_000);
    const { store } = house.opened;
    await store.contexts.setSessionExpiry(session.id, new Date(Date.now() - 1_000));
    expect((await refusal(contexts().get(place.viewer, id))).code).toBe('NOT_FOUND');
    await one.sweeper.sweep();
    expect(await store.contexts.removeExpired()).toBe(0);
    expect(await store.contexts.history(id, { limit: 5 })).toEqual([]);
  });

  test('a retried session keeps what it knew', async () => {
    const { id } = await make({ a: 1 });
    await one.services.sessions.start(place.admin, session.id);
    await one.services.sessions.pause(place.admin, session.id);
    await one.services.sessions.stop(place.admin, session.id);
    expect((await contexts().get(place.viewer, id)).expiresAt).not.toBeNull();
    await one.services.sessions.retry(place.admin, session.id);
    expect((await contexts().get(place.viewer, id)).expiresAt).toBeNull();
  });

  test('a result that the context cannot take is said in the log, and the work stands', async () => {
    const { id } = await make({ tasks: 'all mine' });
    one.play.current = async ({ write }) => {
      write('b.txt', 'b\n');
      return undefined;
    };
    await one.services.sessions.start(place.admin, session.id);
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
    expect((await contexts().get(place.viewer, id)).data).toEqual({ tasks: 'all mine' });
    expect(one.logged.map(({ message }) => message)).toContain('A result was not kept in the context');
  });

  test('an agent writes only to the session it works in, and only while its attempt is at work and its own', async () => {
    const { id } = await make({ a: 1 });
    const [agent] = await house.opened.store.agents.list(place.team.id);
    const actor: AgentActor = { kind: 'agent', id: agent?.id ?? '', teamId: place.team.id, name: 'AGENT-X' };
    expect((await refusal(contexts().setKey(actor, id, 'a', { value: 2 }))).code).toBe('FORBIDDEN');

    const tools = createAgentTools(one.deps);
    expect(await tools.call(missing, 'context_set', { path: 'a', value: 1 })).toMatchObject({ refused: true });
    const seen: Record<string, string> = {};
    one.play.current = async ({ order }) => {
      const call = async (name: 'context_get' | 'context_set' | 'context_search', input: object) => {
        const { text, refused } = await tools.call(order.attemptId, name, input);
        return `${refused ? 'refused: ' : ''}${text}`;
      };
      seen.set = await call('context_set', { values: { 'found.bug': 'in the parser', n: 3 } });
      seen.get = await call('context_get', { path: 'found' });
      seen.all = await call('context_get', {});
      seen.search = await call('context_search', { words: 'where is the Parser' });
      seen.below = await call('context_set', { path: 'a.b', value: 1 });
      seen.wrong = await call('context_set', { path: 'x' });
      seen.absent = await call('context_get', { path: 'nowhere' });
      seen.attempt = order.attemptId;
      return undefined;
    };
    await one.services.sessions.start(place.admin, session.id);
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
    expect(seen.set).toBe("Kept found.bug, n; the session's context is at version 2.");
    expect(JSON.parse(seen.get ?? '')).toEqual({ bug: 'in the parser' });
    expect(seen.all).toContain('- a: 1');
    expect(seen.search).toBe('- found.bug: in the parser');
    expect(seen.below).toContain('refused: a.b: Nothing can be set below a: the number 1 stands there');
    expect(seen.wrong).toContain('refused: ');
    expect(seen.absent).toBe('Nothing stands at nowhere.');
    const change = (await contexts().history(place.viewer, id)).find(({ path }) => path === 'found.bug');
    expect(change?.actor).toMatchObject({ kind: 'agent', name: expect.stringMatching(/^AGENT-/) });

    const over = await tools.call(seen.attempt ?? '', 'context_set', { path: 'late', value: 1 });
    expect(over).toEqual({ text: '403: the attempt is succeeded; it reads and writes no more.', refused: true });
    const { data } = await contexts().get(place.viewer, id);
    expect(data).toMatchObject({ found: { bug: 'in the parser' }, n: 3, tasks: {} });
    expect(data).not.toHaveProperty('late');
  });
});
