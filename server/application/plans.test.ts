import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { assumedTokensPerHour } from '../domain/task-graph/envelope.ts';
import { basisOf } from './plan-preview.ts';
import {
  addSession,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from './testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('plans before they run, on %s', (kind) => {
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

  /** One completed session of one task that wrote this file. */
  async function ran(path: string) {
    one.play.current = async (run) => run.write(path, `${run.order.attemptId}\n`) as undefined;
    const { id } = await addSession(one, place, { start: true });
    return until(house, [one.dispatcher], id, ({ status }) => status === 'completed');
  }
  const preview = (fields: object = {}) =>
    one.services.plans.preview(place.member, {
      title: 'Add the thing',
      prompt: 'Do it.',
      repositoryId: place.repository.id,
      blueprint: 'single_task',
      ...fields,
    });
  const record = (fields: object) =>
    house.opened.store.tasks.bySession(lastId).then(([task]) =>
      house.opened.store.history.record({
        id: one.deps.secrets.uuid(),
        teamId: place.team.id,
        repositoryId: place.repository.id,
        taskId: task?.id ?? '',
        planKey: 'single_task/task',
        capabilities: ['code_generation'],
        hours: 4,
        tokens: 2_000_000,
        costUsd: null,
        declared: [],
        predicted: [],
        written: [],
        ...fields,
      }),
    );
  let lastId = '';

  test('without history the blueprint’s hours stand, with assumed tokens', async () => {
    const { source, preview: plan } = await preview();
    expect(source).toMatchObject({ kind: 'blueprint', blueprint: 'single_task', blueprintVersion: '1' });
    expect(plan?.basis).toMatchObject({ samples: 0, tokensPerHour: assumedTokensPerHour, tokensSource: 'assumed' });
    expect(plan?.tasks[0]).toMatchObject({ estimate: { likely: 12, source: 'blueprint' }, predictedWrites: [] });
    expect(plan?.envelope.workHours.p90).toBeGreaterThan(plan?.envelope.workHours.p50 ?? 0);
  });

  test('what completed tasks took and wrote shapes the next plan and its stored tasks', async () => {
    await ran('src/part/sum.js');
    const { preview: plan } = await preview();
    expect(plan?.basis.samples).toBe(1);
    expect(plan?.tasks[0]?.estimate).toMatchObject({ source: 'historical', confidence: 0.55 });
    expect(plan?.tasks[0]?.estimate.likely).toBeLessThan(6.1);
    // What one task wrote is no pattern yet.
    expect(plan?.tasks[0]?.predictedWrites).toEqual([]);

    await ran('src/part/sum.js');
    const next = await ran('src/part/sum.js');
    const [task] = await house.opened.store.tasks.bySession(next.id);
    expect(task).toMatchObject({ planKey: 'single_task/task', predictedWrites: ['src/part/sum.js'] });
    const [attempt] = await house.opened.store.attempts.byTask(task?.id ?? '');
    expect(attempt?.evidence?.writes).toMatchObject({ predicted: ['src/part/sum.js'], unannounced: [], untouched: [] });
    const records = await house.opened.store.history.ofKeys(place.team.id, ['single_task/task'], { limitPerKey: 9 });
    expect(records.map(({ written, predicted }) => [written, predicted])).toEqual([
      [['src/part/sum.js'], ['src/part/sum.js']],
      [['src/part/sum.js'], []],
      [['src/part/sum.js'], []],
    ]);
    const envelope = await one.services.plans.envelope(place.viewer, next.id);
    expect(envelope?.basis.samples).toBe(2);
  });

  test('tokens and cost follow what the team’s hours really took, and an unknown price stays unknown', async () => {
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, ({ plannedAt }) => plannedAt !== null);
    lastId = id;
    await record({});
    const basis = (await preview()).preview?.basis;
    expect(basis).toMatchObject({ tokensPerHour: 500_000, tokensSource: 'history' });
    const { store } = house.opened;
    expect(await basisOf(store, place.team.id, 1)).toMatchObject({ usdPerMillionTokens: null });
    expect(await basisOf(store, place.team.id, 1, { input: 1, output: null })).toMatchObject({
      usdPerMillionTokens: null,
    });
    expect((await basisOf(store, place.team.id, 1, { input: 1, output: 6 })).usdPerMillionTokens).toBeCloseTo(2);
    const { preview: plan } = await preview();
    expect(plan?.envelope.tokens.p50).toBe(Math.round((plan?.envelope.workHours.p50 ?? 0) * 500_000));
  });

  test('history of another repository teaches hours, but not paths', async () => {
    await ran('src/x.js');
    await ran('src/x.js');
    const other = await house.opened.store.repositories.create({
      id: one.deps.secrets.uuid(),
      teamId: place.team.id,
      name: 'another',
      source: `${place.source}-other`,
      kind: 'path',
      baseBranch: 'main',
      setup: [],
      verify: [],
      createdBy: place.admin.id,
    });
    const { preview: plan } = await preview({ repositoryId: other.id });
    expect(plan?.tasks[0]).toMatchObject({ estimate: { source: 'historical' }, predictedWrites: [] });
  });

  test('a form that is still being written is previewed too, and a planner’s plan is not guessed', async () => {
    const early = await preview({ title: '', prompt: '', blueprint: 'crud' });
    expect(early.preview?.tasks.map(({ key }) => key)).toContain('tests');
    expect(early.preview?.envelope.elapsedHours.p50).toBeLessThan(early.preview?.envelope.workHours.p50 ?? 0);
    expect(await preview({ blueprint: undefined })).toMatchObject({ source: { kind: 'planner' }, preview: null });
    await expect(preview({ repositoryId: one.deps.secrets.uuid() })).rejects.toMatchObject({
      details: [{ path: 'repositoryId' }],
    });
  });
});
