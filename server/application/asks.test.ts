import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AskAnswer } from '../domain/ask.ts';
import {
  addSession,
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

describe.each(['pglite', 'postgres'] as const)('the inbox and its rules, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  let answers: AskAnswer[];
  /** What the agent of each session asks for, by the session's title. */
  const commands = new Map<string, string[]>();
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
    answers = [];
    commands.clear();
    one.play.current = async (run) => {
      for (const command of commands.get(run.order.sessionId) ?? ['npm publish'])
        answers.push(await run.ask({ command, patterns: [command], title: `Run ${command}` }));
      return undefined;
    };
  });

  const asks = () => one.services.asks;
  const open = (id: string) => house.opened.store.asks.openOf(id);
  const asked = async (id: string) => {
    await until(house, [one.dispatcher], id, async () => (await open(id)).length === 1);
    const [ask] = await open(id);
    if (!ask) throw new Error('Nothing is asked');
    return ask;
  };
  const starts = async (
    ask: readonly string[] = ['npm publish'],
    fields: Record<string, unknown> = {},
    who = place.admin,
  ) => {
    const session = await addSession(one, place, fields, who);
    commands.set(session.id, [...ask]);
    await one.services.sessions.start(who, session.id);
    return session.id;
  };
  const ends = (id: string) => until(house, [one.dispatcher], id, (session) => session.status === 'completed');
  const rule = (pattern: string, scope?: string) => ({ decision: 'rule', rule: { pattern, ...(scope && { scope }) } });

  test('the most costly wait comes first, with who asks where, and the inbox can be narrowed', async () => {
    const low = await starts(['npm publish'], { title: 'A session of little weight', priority: 'deferred' });
    await asked(low);
    const high = await starts(
      ['git gc --auto'],
      { title: 'A session of great weight', priority: 'critical' },
      place.member,
    );
    await asked(high);
    one.time.ahead = 60;
    const { items, total, facets } = await asks().inbox(place.viewer, {}, { offset: 0, limit: 10 });
    expect(items.map(({ command }) => command)).toEqual(['git gc --auto', 'npm publish']);
    expect(items[0]).toMatchObject({ subAgent: false, heldUp: 0, priority: 0, runtimeName: 'opencode-embedded' });
    expect(total).toBe(2);
    expect(facets).toMatchObject({ kind: { permission: 2 }, permission: { bash: 2 }, status: { open: 2 }, mine: 0 });
    const narrowed = async (filter: Parameters<ReturnType<typeof asks>['inbox']>[1], actor = place.member) =>
      (await asks().inbox(actor, filter, { offset: 0, limit: 10 })).items.map(({ command }) => command);
    expect(await narrowed({ mine: true })).toEqual(['git gc --auto']);
    expect(await narrowed({ q: 'little' })).toEqual(['npm publish']);
    expect(await narrowed({ kind: ['question'] })).toEqual([]);
    const stranger = { ...place.admin, teamId: '00000000-0000-4000-8000-000000000001' };
    expect(await narrowed({}, stranger)).toEqual([]);
    await one.dispatcher.stop();
  });

  test('a rule answers the same again before anybody is bothered, and everything says which', async () => {
    const id = await starts(['npm publish', 'npm publish --tag next', 'npm publish; rm -rf /']);
    const first = await asked(id);
    await asks().answer(place.admin, first.id, rule('npm publish *'));
    const last = await asked(id);
    expect(last.command).toBe('npm publish; rm -rf /');
    await asks().answer(place.admin, last.id, { decision: 'reject' });
    await ends(id);
    expect(answers).toEqual([
      { decision: 'once' },
      { decision: 'once' },
      { decision: 'reject', message: expect.stringContaining('rejected') },
    ]);
    const { items } = await asks().rules.list(place.viewer, { limit: 10 });
    expect(items).toMatchObject([
      { pattern: 'npm publish *', permission: 'bash', scope: 'session', useCount: 1, createdByName: 'ada' },
    ]);
    expect(items[0]?.lastUsedAt).not.toBeNull();
    const told = (await historyOf(house, id)).filter(({ type }) => type === 'ask.answered');
    expect(told[1]).toMatchObject({
      actor: { kind: 'system', name: 'rule npm publish *' },
      payload: { rule: { id: items[0]?.id, pattern: 'npm publish *', scope: 'session' } },
    });
    const audit = await house.opened.store.audit.list(place.team.id, { after: 0, limit: 50 });
    expect(audit.map(({ action }) => action).filter((action) => action.startsWith('ask'))).toEqual([
      'ask_rule.created',
      'ask.answered',
      'ask.answered',
      'ask.answered',
    ]);
    expect(audit.find(({ action, actor }) => action === 'ask.answered' && actor.kind === 'system')).toMatchObject({
      after: { rule: { id: items[0]?.id } },
    });
  });

  test('a rule of the team answers what waits in other sessions, until it is revoked', async () => {
    const waiting = await starts(['npm publish --dry-run'], {}, place.member);
    await asked(waiting);
    const id = await starts();
    await asks().answer(place.lead, (await asked(id)).id, rule('npm publish *', 'team'));
    await ends(waiting);
    await ends(id);
    const [made] = (await asks().rules.list(place.lead, { limit: 10 })).items;
    expect(made).toMatchObject({ scope: 'team', useCount: 1 });
    await expect(asks().rules.revoke(place.member, made?.id ?? '')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await asks().rules.revoke(place.lead, made?.id ?? '');
    await expect(asks().rules.revoke(place.lead, made?.id ?? '')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await asked(await starts())).status).toBe('open');
    await one.dispatcher.stop();
  });

  test('an ended rule answers nothing', async () => {
    const id = await starts(['npm publish', 'npm publish --tag next']);
    await asks().answer(place.admin, (await asked(id)).id, rule('npm publish *', 'repository'));
    await ends(id);
    await house.opened.database.db.execute('update ask_rules set expires_at = clock_timestamp()');
    expect((await asked(await starts())).status).toBe('open');
    await one.dispatcher.stop();
  });

  test('who may make a rule, and what it must be', async () => {
    const id = await starts(['npm publish'], {}, place.member);
    const ask = await asked(id);
    const refused = async (actor: typeof place.member, answer: unknown) =>
      asks()
        .answer(actor, ask.id, answer)
        .then(
          () => 'answered',
          ({ code }: { code: string }) => code,
        );
    expect(await refused(place.other, rule('npm publish'))).toBe('FORBIDDEN');
    expect(await refused(place.member, rule('npm publish', 'team'))).toBe('FORBIDDEN');
    expect(await refused(place.member, rule('npm publish', 'repository'))).toBe('FORBIDDEN');
    for (const pattern of ['*', 'git gc', '']) expect(await refused(place.member, rule(pattern))).toBe('INVALID');
    const late = { decision: 'rule', rule: { pattern: 'npm publish', expiresAt: '2020-01-01T00:00:00Z' } };
    expect(await refused(place.member, late)).toBe('INVALID');
    expect((await asks().rules.list(place.viewer, { limit: 10 })).total).toBe(0);
    expect(await refused(place.member, rule('npm publish'))).toBe('answered');
    expect((await asks().rules.list(place.viewer, { limit: 10 })).total).toBe(1);
    const without = tokenOf(place.admin, ['asks:read']);
    const [made] = (await asks().rules.list(without, { limit: 10 })).items;
    await expect(asks().rules.revoke(without, made?.id ?? '')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await ends(id);
  });

  test('no rule goes over the preset: narrowed later, the agent is asked about again', async () => {
    const id = await starts();
    await asks().answer(place.admin, (await asked(id)).id, rule('npm publish *', 'team'));
    await ends(id);
    for (const { id: agentId } of await house.opened.store.agents.list(place.team.id))
      await house.opened.store.agents.update(place.team.id, agentId, { permissionPreset: 'read_only' });
    const again = await asked(await starts());
    expect(again.status).toBe('open');
    const preview = await asks().rules.preview(place.admin, again.id, { pattern: 'npm publish *', scope: 'team' });
    expect(preview).toMatchObject({ denied: 2, allowed: 0, refusal: expect.stringContaining('never allows') });
    await one.dispatcher.stop();
  });

  test('the preview looks at what was really asked in the week, and changes nothing', async () => {
    const past = await starts(['npm publish', 'npm publish --tag next', 'git gc --auto']);
    await asks().answer(place.admin, (await asked(past)).id, { decision: 'once' });
    await until(house, [one.dispatcher], past, async () => (await open(past))[0]?.command === 'npm publish --tag next');
    await asks().answer(place.admin, (await asked(past)).id, { decision: 'reject', message: 'Not that tag.' });
    await until(house, [one.dispatcher], past, async () => (await open(past))[0]?.command === 'git gc --auto');
    await asks().answer(place.admin, (await asked(past)).id, { decision: 'once' });
    await ends(past);
    const now = await asked(await starts());
    const preview = await asks().rules.preview(place.viewer, now.id, { pattern: 'npm publish *', scope: 'repository' });
    expect(preview).toMatchObject({ considered: 4, whole: true, allowed: 3, rejected: 1, denied: 0, days: 7 });
    expect(preview.refusal).toMatch(/needs the role lead/);
    expect(preview.examples.map(({ command }) => command)).toEqual([
      'npm publish',
      'npm publish --tag next',
      'npm publish',
    ]);
    const narrow = await asks().rules.preview(place.admin, now.id, { pattern: 'npm publish', scope: 'session' });
    expect(narrow).toMatchObject({ considered: 1, allowed: 1, rejected: 0, refusal: null });
    await house.opened.database.db.execute("update asks set opened_at = opened_at - interval '8 days'");
    expect(await asks().rules.preview(place.admin, now.id, { pattern: 'npm *', scope: 'team' })).toMatchObject({
      considered: 0,
    });
    expect((await asks().rules.list(place.admin, { limit: 10 })).total).toBe(0);
    await one.dispatcher.stop();
  });

  test('one answer to many: each is judged by itself and what failed is told', async () => {
    const first = await asked(await starts());
    const second = await asked(await starts(['git gc --auto'], {}, place.member));
    await asks().answer(place.admin, first.id, { decision: 'once' });
    const { db } = house.opened.database;
    await db.execute(`update asks set kind = 'question' where id = '${second.id}'`);
    const once = await asks().answerMany(place.admin, { ids: [second.id], answer: { decision: 'once' } });
    expect(once.map(({ error }) => error)).toEqual(['It is a question: it waits for an answer of its own.']);
    await db.execute(`update asks set kind = 'permission' where id = '${second.id}'`);
    const results = await asks().answerMany(place.member, {
      ids: [first.id, second.id, second.id, '00000000-0000-4000-8000-000000000009'],
      answer: { decision: 'reject' },
    });
    expect(results.map(({ id, title, error }) => [id === second.id, title, error])).toEqual([
      [false, 'Run npm publish', expect.stringContaining('role lead')],
      [true, 'Run git gc --auto', null],
      [false, null, 'There is no such ask.'],
    ]);
    expect(await house.opened.store.asks.get(place.team.id, second.id)).toMatchObject({
      status: 'answered',
      answer: { decision: 'reject', message: expect.stringContaining('rejected') },
    });
    for (const batch of [
      { ids: [], answer: { decision: 'once' } },
      { ids: [first.id], answer: rule('x') },
    ])
      await expect(asks().answerMany(place.admin, batch)).rejects.toMatchObject({ code: 'INVALID' });
    await expect(asks().answerMany(place.viewer, { ids: [first.id], answer: {} })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await one.dispatcher.stop();
  });
});
