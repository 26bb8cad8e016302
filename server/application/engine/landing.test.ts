import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { git } from '../../infrastructure/git/git-testing.ts';
import type { FaultPoint } from '../ports.ts';
import {
  addSession,
  createInstance,
  type House,
  historyOf,
  type Instance,
  landed,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';

const pair = (writes: string) => `key: pair
name: Pair
version: 1.0.0
description: Two tasks at the same time.
tasks:
  - { key: left, title: Add left, description: Left, capabilities: [code_generation], estimate: { likely: 1 }${writes} }
  - { key: right, title: Add right, description: Right, capabilities: [code_generation], estimate: { likely: 1 }${writes} }
`;

describe.each(['pglite', 'postgres'] as const)('what lands, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    // Fails only where both have landed and nobody has fixed it.
    place = await makePlace(house, {
      verify: ['test ! -e Add-left.txt || test ! -e Add-right.txt || test -e fixed.txt'],
    });
    one = createInstance(house);
  });
  afterEach(() => one.dispatcher.stop());

  const ends = (id: string, status: string) =>
    until(house, [one.dispatcher], id, (session) => session.status === status);
  const attemptsOf = (id: string) => house.opened.store.attempts.bySession(id);
  async function start(writes = '') {
    await one.services.blueprints.create(place.admin, { yaml: pair(writes) });
    return addSession(one, place, { blueprint: 'pair', start: true });
  }
  /** Both tasks wait for each other at their first try, then write a file of their own. */
  function together(again: (write: (path: string, content: string) => void) => void) {
    let both: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      both = resolve;
    });
    one.play.current = async (run) => {
      if (one.started.length === 2) both();
      await begun;
      run.write(`${run.order.title.replace(' ', '-')}.txt`, 'own\n');
      if (run.order.number > 1) again(run.write);
      return undefined;
    };
  }

  test('work that is sound alone and breaks together is verified together, and goes to a debugger', async () => {
    together((write) => write('fixed.txt', 'fixed\n'));
    const { id } = await start();
    const done = await ends(id, 'completed');
    expect(done.proof).toBe('proven');
    const attempts = await attemptsOf(id);
    const failed = attempts.find(({ failure }) => failure === 'verification_failed');
    expect(failed?.error?.message).toContain('together with what landed meanwhile');
    expect(failed?.verdict).toMatchObject({ action: 'other_type' });
    const agents = new Map((await house.opened.store.agents.list(place.team.id)).map(({ id, type }) => [id, type]));
    const second = attempts.find(({ number }) => number === 2);
    expect(agents.get(second?.agentId ?? '')).toBe('debugger');
    expect(landed(place, done)).toHaveLength(2);
    // To the letter what was verified: tree, base and commit of each proof are those on the branch.
    for (const { evidence, mergedCommit, taskCommit } of attempts.filter(({ status }) => status === 'succeeded')) {
      expect(mergedCommit).toBe(taskCommit);
      expect(git(place.source, 'rev-parse', `${mergedCommit}^{tree}`)).toBe(evidence?.treeHash);
      expect(git(place.source, 'rev-parse', `${mergedCommit}^`)).toBe(evidence?.baseCommit);
      expect(evidence?.environment?.digest).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  test('crashes between replay, proof and merge continue with the same work', async () => {
    together(() => undefined);
    await house.opened.store.repositories.update(place.team.id, place.repository.id, { verify: ['ls'] });
    const points: FaultPoint[] = ['before_merge', 'before_merge'];
    one.fault.at = (at) => {
      if (at !== points[0] || one.faults.filter((point) => point === 'before_checkpoint').length === 0) return;
      points.shift();
      throw new Error('cut');
    };
    const { id } = await start();
    const done = await ends(id, 'completed');
    expect(landed(place, done)).toHaveLength(2);
    expect(await attemptsOf(id)).toHaveLength(2);
    expect(git(place.source, 'rev-list', '--merges', done.branch ?? '')).toBe('');
    await historyOf(house, id);
  });

  test('a task whose paths another one holds waits, says so, and starts when that has ended', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    one.play.current = async (run) => {
      if (run.order.title === 'Add left') await held;
      run.write(`src/${run.order.taskId}.ts`, 'x\n');
      run.write('unannounced.txt', `${run.order.title}\n`);
      return undefined;
    };
    const { id } = await start(', writes: ["src/**", "docs/*.md"]');
    const waiting = await until(house, [one.dispatcher], id, (_, tasks) =>
      tasks.some(({ reason }) => reason === 'waiting_for_path: src/** held by Add left'),
    );
    expect(waiting.status).toBe('running');
    // However long it waits: waiting for another task is no lack of capacity.
    one.time.ahead = 60;
    await until(house, [one.dispatcher], id, () => one.started.length === 1);
    for (let look = 0; look < 3; look += 1) await one.dispatcher.tick();
    expect(one.started).toHaveLength(1);
    release();
    const done = await ends(id, 'completed');
    const history = await historyOf(house, id);
    expect(history.some(({ payload }) => payload.to === 'degraded')).toBe(false);
    expect(landed(place, done)).toHaveLength(2);
    const [first] = await attemptsOf(id);
    expect(first?.evidence?.writes).toMatchObject({ unannounced: ['unannounced.txt'], untouched: ['docs/*.md'] });
  });

  test('a waiver in a session that failed over it retries the session, and lands that work without another run', async () => {
    await house.opened.store.repositories.update(place.team.id, place.repository.id, { verify: ['test -e good.txt'] });
    let mended = false;
    one.play.current = async (run) => {
      const name = run.order.title === 'Add left' ? 'left' : 'right';
      run.write(`${name}-${run.order.number}.txt`, 'own\n');
      if (mended && name === 'right') run.write('good.txt', 'good\n');
      return undefined;
    };
    const { id } = await start();
    await ends(id, 'failed');
    const [left] = await house.opened.store.tasks.bySession(id);
    const tries = one.started.filter(({ taskId }) => taskId === left?.id).length;
    mended = true;
    await one.services.taskEdits.waive(place.lead, left?.id ?? '', {
      reason: 'The command asks for what nobody needs.',
    });
    const done = await ends(id, 'completed');
    expect(done).toMatchObject({ retryCount: 1, proof: 'unverified' });
    expect(one.started.filter(({ taskId }) => taskId === left?.id)).toHaveLength(tries);
    expect((await house.opened.store.tasks.bySession(id)).map(({ proof }) => proof)).toEqual(['waived', 'proven']);
    expect(landed(place, done)).toHaveLength(2);
  });

  test('work whose proof a lead waives lands as it is, unproven, without an agent', async () => {
    await house.opened.store.repositories.update(place.team.id, place.repository.id, { verify: ['test -e never.txt'] });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    one.play.current = async (run) => {
      if (run.order.title === 'Add right') await held;
      run.write(`${run.order.title.replace(' ', '-')}-${run.order.number}.txt`, 'own\n');
      return undefined;
    };
    const { id } = await start();
    await until(house, [one.dispatcher], id, (_, tasks) => tasks[0]?.status === 'failed');
    const [left] = await house.opened.store.tasks.bySession(id);
    const runs = one.started.length;
    await one.services.taskEdits.waive(place.lead, left?.id ?? '', {
      reason: 'The command asks for a file nobody needs.',
    });
    await until(house, [one.dispatcher], id, (_, tasks) => tasks[0]?.status === 'completed');
    expect(one.started).toHaveLength(runs);
    const waived = (await attemptsOf(id)).find(({ role }) => role === 'waiver');
    expect(waived).toMatchObject({ status: 'succeeded', evidence: { commands: [], waived: { byName: 'leo' } } });
    expect(
      git(
        place.source,
        'log',
        '-1',
        '--format=%(trailers:key=Orchestrator-Attempt,valueonly)',
        waived?.mergedCommit ?? '',
      ),
    ).toBe(waived?.id);
    expect((await house.opened.store.tasks.bySession(id))[0]?.proof).toBe('waived');
    release();
    const ended = await ends(id, 'partially_completed');
    expect(ended.proof).toBe('unverified');
  });

  test('rounds that change nothing end the task for want of progress', async () => {
    await house.opened.store.repositories.update(place.team.id, place.repository.id, { verify: ['test -e never.txt'] });
    const { id } = await addSession(one, place, { blueprint: 'single_task', start: true });
    const failed = await ends(id, 'failed');
    expect(failed.error?.code).toBe('NO_PROGRESS');
    expect((await attemptsOf(id)).at(-1)?.verdict?.reason).toContain('3 rounds in a row');
  });

  test('a run that repeats one call with one answer is stopped, and another agent tries', async () => {
    await house.opened.store.repositories.update(place.team.id, place.repository.id, { verify: [] });
    one.play.current = async (run) => {
      if (run.order.number > 1) return undefined;
      for (let call = 0; call < 8; call += 1)
        run.tell({
          type: 'tool_call',
          key: `step-${call}`,
          callId: `step-${call}`,
          tool: 'bash',
          status: 'completed',
          input: { command: 'ls' },
          output: 'a.txt',
          exitCode: 0,
          startedAt: null,
          endedAt: null,
        });
      return new Promise(() => undefined);
    };
    const { id } = await addSession(one, place, { blueprint: 'single_task', start: true });
    await ends(id, 'completed');
    const [first, second] = await attemptsOf(id);
    expect(first).toMatchObject({ failure: 'no_progress', verdict: { action: 'other_agent' } });
    expect(second?.agentId).not.toBe(first?.agentId);
    expect(one.aborted).toContain(first?.id);
  });

  test('a report on a tree whose tests fail already is claimed, and the failing command stays on show', async () => {
    await house.opened.store.repositories.update(place.team.id, place.repository.id, { verify: ['test -e never.txt'] });
    const yaml = pair('').replaceAll('[code_generation]', '[code_review]');
    await one.services.blueprints.create(place.admin, { yaml });
    const { id } = await addSession(one, place, { blueprint: 'pair', start: true });
    const done = await ends(id, 'completed');
    expect(done.proof).toBe('unverified');
    expect((await attemptsOf(id))[0]?.evidence).toMatchObject({ claimed: true, commands: [{ exitCode: 1 }] });
  });
});
