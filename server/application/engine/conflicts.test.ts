import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { git } from '../../infrastructure/git/git-testing.ts';
import type { FaultPoint, RunOrder } from '../ports.ts';
import type { Run } from '../testing/hand-runner.ts';
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
} from '../testing/house.ts';

const pair = `key: pair
name: Pair
version: 1.0.0
description: Two tasks at the same time.
tasks:
  - { key: left, title: Add left, description: Left, capabilities: [code_generation], estimate: { likely: 1 } }
  - { key: right, title: Add right, description: Right, capabilities: [code_generation], estimate: { likely: 1 } }
`;

describe.each(['pglite', 'postgres'] as const)('merge conflicts, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house, { verify: ['cat a.txt'] });
    one = createInstance(house);
    await one.services.blueprints.create(place.admin, { yaml: pair });
  });
  afterEach(() => one.dispatcher.stop());

  const ends = (id: string, status: string) =>
    until(house, [one.dispatcher], id, (session) => session.status === status);
  const start = () => addSession(one, place, { blueprint: 'pair', start: true });
  const conflictsOf = (id: string) => house.opened.store.conflicts.ofSession(id);
  const attemptsOf = (id: string) => house.opened.store.attempts.bySession(id);
  const resolves = ({ title, prompt }: RunOrder) => prompt.includes('Merge both sides') && title !== '';

  /** Both tasks change the second line and wait for each other; whoever resolves does as told. */
  function collide(resolve: (run: Run) => void | Promise<void>) {
    let together: () => void = () => undefined;
    const both = new Promise<void>((resolved) => {
      together = resolved;
    });
    let begun = 0;
    one.play.current = async (run) => {
      if (resolves(run.order)) {
        await resolve(run);
        return undefined;
      }
      begun += 1;
      if (begun === 2) together();
      await both;
      run.write('a.txt', `one\n${run.order.title}\nthree\n`);
      run.write(`${run.order.title}.txt`, 'own\n');
      return undefined;
    };
  }
  const joined = (run: Run) => run.write('a.txt', 'one\nAdd left\nAdd right\nthree\n');

  test('work that collides goes to an agent with both sides, and lands as one commit each', async () => {
    let seen = '';
    collide((run) => {
      seen = readFileSync(join(run.order.directory, 'a.txt'), 'utf8');
      joined(run);
    });
    const { id } = await start();
    const done = await ends(id, 'completed');
    expect(seen).toMatch(/<<<<<<< session branch\nAdd (left|right)\n=======\nAdd (left|right)\n>>>>>>> task/);
    expect(fileAt(place, done, 'a.txt')).toBe('one\nAdd left\nAdd right\nthree');
    expect(fileAt(place, done, 'Add left.txt')).toBe('own');
    expect(fileAt(place, done, 'Add right.txt')).toBe('own');
    expect(landed(place, done)).toHaveLength(2);
    const [conflict] = await conflictsOf(id);
    const attempts = await attemptsOf(id);
    const resolver = attempts.find(({ role }) => role === 'conflict');
    expect(conflict).toMatchObject({
      status: 'resolved',
      files: ['a.txt'],
      resolvedBy: { kind: 'agent', id: resolver?.agentId },
      resolvedCommit: resolver?.mergedCommit,
    });
    expect(git(place.source, 'rev-parse', `refs/orchestrator/conflicts/${conflict?.id}/theirs`)).toBe(
      conflict?.theirsCommit,
    );
    expect(attempts.find(({ failure }) => failure === 'conflict')?.verdict?.action).toBe('resolve_conflict');
    expect(one.started.find(resolves)?.agent.permissionPreset).toBe('integration');
    expect(done.attention.kind).toBe('none');
    const types = (await historyOf(house, id)).map(({ type }) => type);
    expect(types.indexOf('conflict.detected')).toBeLessThan(types.indexOf('conflict.resolved'));
    expect(done.proof).toBe('proven');
  });

  test('markers left behind are refused, twice; then a person decides and no agent runs', async () => {
    collide(() => undefined);
    const { id } = await start();
    const waiting = await until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'conflict');
    expect(waiting.status).toBe('running');
    const [conflict] = await conflictsOf(id);
    const view = await one.services.conflicts.get(place.viewer, conflict?.id ?? '');
    expect(view).toMatchObject({ status: 'waiting_for_person', sides: [{ path: 'a.txt', base: 'one\ntwo\nthree\n' }] });
    expect(view.contentGone).toBeNull();
    const { db } = house.opened.database;
    await db.execute(`update conflicts set theirs_commit = repeat('d', 40), base_commit = theirs_commit`);
    expect(await one.services.conflicts.get(place.viewer, conflict?.id ?? '')).toMatchObject({
      ...{ files: ['a.txt'], message: view.message, sides: [] },
      contentGone: expect.stringContaining('cannot be read here any more'),
    });
    await db.execute(`update conflicts set theirs_commit = base_commit, base_commit = '${view.baseCommit}'`);
    const tried = (await attemptsOf(id)).filter(({ role }) => role === 'conflict');
    expect(tried.map(({ error }) => error?.message)).toEqual(Array(2).fill('Conflict markers are left in a.txt.'));
    expect(new Set(tried.map(({ agentId }) => agentId)).size).toBe(2);
    const task = (await house.opened.store.tasks.bySession(id)).find(({ status }) => status === 'blocked');
    expect(task?.reason).toMatch(/^waiting_for_person: /);

    const choice = { files: [{ path: 'a.txt', choice: 'edited', content: 'one\nby hand\nthree\n' }] };
    await expect(one.services.conflicts.resolve(place.member, view.id, choice)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const runs = one.started.length;
    // What does not hold comes back to who chose it: without the file, its proof fails.
    await one.services.conflicts.resolve(place.lead, view.id, { files: [{ path: 'a.txt', choice: 'deleted' }] });
    await until(house, [one.dispatcher], id, async () => (await attemptsOf(id)).length === 5);
    await until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'conflict');
    expect((await attemptsOf(id)).at(-1)).toMatchObject({ role: 'conflict', failure: 'verification_failed' });
    await one.services.conflicts.resolve(place.lead, view.id, choice);
    const done = await ends(id, 'completed');
    expect(one.started).toHaveLength(runs);
    expect(fileAt(place, done, 'a.txt')).toBe('one\nby hand\nthree');
    expect(landed(place, done)).toHaveLength(2);
    expect(done.attention.kind).toBe('none');
    expect((await conflictsOf(id)).at(-1)).toMatchObject({ status: 'resolved', resolvedBy: { name: 'leo' } });
    const last = (await attemptsOf(id)).at(-1);
    expect(last).toMatchObject({ role: 'conflict', status: 'succeeded', calls: 0 });
    const decisions = await house.opened.store.routing.byTask(last?.taskId ?? '');
    expect(decisions.find(({ attemptId }) => attemptId === last?.id)?.sentence).toContain('leo resolved the conflict');
    const told = (await house.opened.store.events.list(id, { after: 0, limit: 10_000 }))
      .filter(({ type }) => type === 'attempt.started')
      .at(-1);
    expect(told?.payload).toMatchObject({ attemptId: last?.id, agent: null });
    await expect(one.services.conflicts.resolve(place.lead, view.id, choice)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  test('with nobody who can resolve it for half a minute, a person is asked', async () => {
    collide(async () => undefined);
    const { id } = await start();
    await until(house, [one.dispatcher], id, async () => {
      if ((await conflictsOf(id)).length === 0) return false;
      return true;
    });
    await house.opened.database.db.execute(
      "update agents set draining = true where 'conflict_resolution' = any(primary_capabilities || secondary_capabilities)",
    );
    await until(house, [one.dispatcher], id, async () =>
      (await attemptsOf(id)).every(({ endedAt }) => endedAt !== null),
    );
    one.time.ahead = 40;
    const waiting = await until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'conflict');
    expect(waiting.status === 'running' || waiting.status === 'degraded').toBe(true);
    await house.opened.database.db.execute('update agents set draining = false');
  });

  test('a branch that moves while a person decides is judged anew', async () => {
    collide(() => undefined);
    const { id } = await start();
    const waits = await until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'conflict');
    const first = (await conflictsOf(id))[0];
    // As another task of the session would land it.
    const tree = `${waits.branch}`;
    const worktree = join(house.dataDir, `aside-${kind}`);
    git(place.source, 'worktree', 'add', '--quiet', worktree, tree);
    const moved = readFileSync(join(worktree, 'a.txt'), 'utf8').replace('three', 'three moved').replace('Add', 'Put');
    git(worktree, 'checkout', '--quiet', '--detach');
    writeFileSync(join(worktree, 'a.txt'), moved);
    git(worktree, 'commit', '--quiet', '--all', '--message', 'Moved');
    git(place.source, 'update-ref', `refs/heads/${waits.branch}`, git(worktree, 'rev-parse', 'HEAD'));
    await one.services.conflicts.resolve(place.admin, first?.id ?? '', {
      files: [{ path: 'a.txt', choice: 'edited', content: 'one\nby hand\nthree\n' }],
    });
    await until(house, [one.dispatcher], id, async () => (await conflictsOf(id)).length === 2);
    const [old, anew] = await conflictsOf(id);
    expect(old?.status).toBe('abandoned');
    expect(anew?.oursCommit).not.toBe(first?.oursCommit);
  });

  test('a session that is stopped leaves no conflict open', async () => {
    collide(() => undefined);
    const { id } = await start();
    await until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'conflict');
    const stopping = one.services.sessions.stop(place.admin, id);
    await ends(id, 'stopped');
    await stopping;
    expect((await conflictsOf(id)).map(({ status }) => status)).toEqual(['abandoned']);
  });

  test('crashes at each step of a resolution lose nothing and land nothing twice', async () => {
    collide(joined);
    const points: FaultPoint[] = ['before_commit', 'before_merge', 'before_checkpoint'];
    one.fault.at = (at) => {
      if (!one.started.some(resolves) || at !== points[0]) return;
      points.shift();
      throw new Error('cut');
    };
    const { id } = await start();
    await until(house, [one.dispatcher], id, () => points.length === 0);
    await one.dispatcher.stop();
    const play = one.play.current;
    one = createInstance(house, { owner: 'house.2', formerOwners: ['house.1'] });
    one.play.current = play;
    const done = await ends(id, 'completed');
    expect(fileAt(place, done, 'a.txt')).toBe('one\nAdd left\nAdd right\nthree');
    expect(landed(place, done)).toHaveLength(2);
    expect((await conflictsOf(id)).map(({ status }) => status)).toEqual(['resolved']);
    await historyOf(house, id);
  });
});
