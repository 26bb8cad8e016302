import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
} from '../testing/house.ts';
import { cascade, endSession } from './endings.ts';

describe.each(['pglite', 'postgres'] as const)('creating sessions, on %s', (kind) => {
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

  test('a session has its defaults, the next number of the team, its event and its audit entry', async () => {
    const first = await addSession(one, place, { title: '  Add the thing  ' }, place.member);
    expect(first).toMatchObject({
      slug: 'IND-1',
      title: 'Add the thing',
      status: 'pending',
      type: 'execution',
      priority: 2,
      parallelism: 2,
      autonomy: 'auto',
      dependencyPolicy: 'skip',
      maxDurationSeconds: 3600,
      createdBy: place.member.id,
      lastSeq: 1,
    });
    const second = await addSession(one, place, { priority: 'critical', start: true });
    expect(second).toMatchObject({ slug: 'IND-2', priority: 0, status: 'queued', lastSeq: 2 });
    expect((await historyOf(house, second.id)).map(({ type }) => type)).toEqual([
      'session.created',
      'session.status_changed',
    ]);
    const audit = await house.opened.store.audit.list(place.team.id, { after: 0, limit: 10 });
    expect(audit.map(({ action, subject }) => [action, subject.id])).toEqual([
      ['session.created', first.id],
      ['session.created', second.id],
    ]);
    for (const ref of ['IND-2', 'ind-2', second.id])
      expect((await one.services.sessions.get(place.viewer, ref)).id).toBe(second.id);
  });

  test('everything that is wrong is refused with its field, and nothing is kept', async () => {
    const elsewhere = await addTeam(house, 'elsewhere');
    const foreign = await addSession(one, elsewhere);
    const nobody = '00000000-0000-4000-8000-00000000dead';
    const script = (body: string) => `Do it.\n\n\`\`\`rehearsal\n${body}\n\`\`\``;
    const wrong: [Record<string, unknown>, string | RegExp][] = [
      [{ title: 'ab' }, 'title'],
      [{ title: 'x'.repeat(201) }, 'title'],
      [{ title: 'Untitled' }, 'title'],
      [{ title: ' NEW session ' }, 'title'],
      [{ prompt: '   ' }, 'prompt'],
      [{ prompt: 'x'.repeat(10_001) }, 'prompt'],
      [{ prompt: script('- fly: away') }, /^prompt/],
      [{ prompt: script('- [not yaml') }, /^prompt/],
      [{ prompt: '```rehearsal color=red\n- say: hi\n```' }, /^prompt/],
      [{ prompt: '```rehearsal task=nobody\n- say: hi\n```' }, /^prompt/],
      [{ description: 'x'.repeat(1001) }, 'description'],
      [{ repositoryId: nobody }, 'repositoryId'],
      [{ repositoryId: 'sample' }, 'repositoryId'],
      [{ repositoryId: elsewhere.repository.id }, 'repositoryId'],
      [{ blueprint: 'castle' }, 'blueprint'],
      [{ blueprint: 'security', parameters: { level: 'silly' } }, 'parameters.level'],
      [{ parameters: { unknown: 1 } }, 'parameters.unknown'],
      [{ preferredAgent: 'AGENT-NOBODY-01' }, 'preferredAgent'],
      [{ preferredAgentType: 'wizard' }, 'preferredAgentType'],
      [{ parentId: nobody }, 'parentId'],
      [{ parentId: foreign.id }, 'parentId'],
      [{ parentId: 'somewhere' }, 'parentId'],
      [{ priority: 5 }, 'priority'],
      [{ type: 'party' }, 'type'],
      [{ parallelism: 17 }, 'parallelism'],
      [{ parallelism: 0 }, 'parallelism'],
      [{ maxDurationSeconds: 59 }, 'maxDurationSeconds'],
      [{ maxDurationSeconds: 86_401 }, 'maxDurationSeconds'],
      [{ budget: { attempts: 0 } }, 'budget.attempts'],
      [{ budget: { money: 1 } }, /^budget/],
      [{ model: 'nameless' }, 'model'],
      [{ tags: Array(21).fill('tag') }, 'tags'],
      [{ tags: ['x'.repeat(41)] }, 'tags.0'],
      [{ autonomy: 'never' }, 'autonomy'],
      [{ surprise: true }, /surprise|^$/],
    ];
    for (const [fields, path] of wrong) {
      const refused = await addSession(one, place, fields).then(
        () => null,
        (error: unknown) => error,
      );
      expect(refused, JSON.stringify(fields).slice(0, 80)).toMatchObject({ code: 'INVALID' });
      const [issue] = (refused as { details: { path: string; message: string }[] }).details;
      expect(issue?.path, JSON.stringify(fields).slice(0, 80)).toMatch(path instanceof RegExp ? path : `${path}`);
    }
    expect((await one.services.sessions.list(place.viewer, {}, { limit: 10 })).total).toBe(0);
    expect(await house.opened.store.audit.list(place.team.id, { after: 0, limit: 10 })).toEqual([]);
  });

  test('sessions nest five deep, below living parents', async () => {
    let parentId: string | undefined;
    const line: string[] = [];
    for (let depth = 1; depth <= 5; depth += 1) {
      parentId = (await addSession(one, place, parentId ? { parentId } : {})).id;
      line.push(parentId);
    }
    await expect(addSession(one, place, { parentId })).rejects.toMatchObject({ details: [{ path: 'parentId' }] });
    expect((await one.services.sessions.tree(place.viewer, line[2] ?? '')).map(({ id }) => id)).toEqual(line);
    await one.services.sessions.cancel(place.admin, line[0] ?? '');
    for (const id of line) expect((await one.services.sessions.get(place.viewer, id)).status).toBe('cancelled');
    await expect(addSession(one, place, { parentId: line[0] })).rejects.toMatchObject({
      details: [{ path: 'parentId', message: expect.stringContaining('cancelled') }],
    });
  });

  test('no child comes to be under a parent that is being ended at the same moment', async () => {
    const { store } = house.opened;
    const parent = await addSession(one, place);
    const [ended, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const ending = store.transaction(async (tx) => {
      const locked = await tx.sessions.lock(parent.id);
      await cascade(tx, locked, 'stop', place.admin, new Date());
      await endSession(tx, locked, { to: 'cancelled', reason: 'enough', actor: place.admin, now: new Date() });
      ended.resolve();
      await commit.promise;
    });
    await ended.promise;
    const child = addSession(one, place, { parentId: parent.id, start: true }).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 300));
    commit.resolve();
    await ending;
    expect(await child).toMatchObject({ code: 'INVALID', details: [{ path: 'parentId' }] });
    expect(await store.sessions.children(parent.id)).toEqual([]);
  });

  test('twenty at once against a quota of ten are ten sessions and ten clear refusals', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => addSession(one, place)));
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(new Set(made.map(({ slug }) => slug)).size).toBe(10);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(10);
    for (const error of refused)
      expect(error).toMatchObject({ code: 'QUOTA_EXCEEDED', details: { limit: 10, active: 10 } });
    await one.services.sessions.cancel(place.admin, made[0]?.id ?? '');
    await addSession(one, place);
  });

  test('below the limit of free space no new work is taken, and what is there stays', async () => {
    const kept = await addSession(one, place);
    const full = createInstance(house, { minimumFreeBytes: Number.MAX_SAFE_INTEGER });
    const refusal = { code: 'UNAVAILABLE', details: { reason: 'disk' }, retryAfterSeconds: 60 };
    await expect(addSession(full, place)).rejects.toMatchObject(refusal);
    await expect(full.services.sessions.start(place.admin, kept.id)).rejects.toMatchObject(refusal);
    expect((await full.services.sessions.get(place.admin, kept.id)).status).toBe('pending');
  });

  test('a repository is kept while a session on it is active, and its sessions stay readable after', async () => {
    const session = await addSession(one, place);
    await expect(one.services.repositories.remove(place.admin, place.repository.id)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await one.services.sessions.cancel(place.admin, session.id);
    await one.services.repositories.remove(place.admin, place.repository.id);
    expect(await one.services.diffs.ofSession(place.viewer, session.id)).toMatchObject({ files: [] });
    await expect(one.services.repositories.get(place.viewer, place.repository.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(addSession(one, place)).rejects.toMatchObject({ details: [{ path: 'repositoryId' }] });
  });
});
