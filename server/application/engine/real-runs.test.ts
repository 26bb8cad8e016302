import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../config.ts';
import type { Session } from '../../domain/session.ts';
import { createEngine, type Engine } from '../../engine.ts';
import { createLogger } from '../../log.ts';
import {
  fileAt,
  type House,
  historyOf,
  landed,
  makePlace,
  openHouse,
  type Place,
  setupCode,
} from '../testing/house.ts';

const script = (body: string, info = '') => `\`\`\`rehearsal${info}\n${body}\n\`\`\``;

// The whole engine with its own loops over the real OpenCode; everything else of the engine's tests plays the agents.
// On a server they are run by the journeys, most of which stand on one.
describe('real runs, on the embedded database', () => {
  let house: House;
  let place: Place;
  let engine: Engine;
  beforeAll(async () => {
    house = await openHouse('pglite');
    place = await makePlace(house, { verify: ['cat good.txt'], files: { 'good.txt': 'good\n', 'a.txt': 'one\n' } });
    engine = await createEngine({
      config: loadConfig({ NODE_ENV: 'test', DATA_DIR: house.dataDir }),
      log: createLogger({ level: 'silent' }),
      database: house.opened.database,
      version: 'test',
      instance: { id: 'house', owner: 'real.1', formerOwners: [], url: '' },
      setupCode,
      output: () => undefined,
      recheck: () => undefined,
    });
    await engine.start(async () => undefined);
  });
  afterAll(async () => {
    await engine.stop();
    await house.close();
  });

  const create = (fields: Record<string, unknown>) =>
    engine.services.sessions.create(place.admin, {
      title: 'Add the thing',
      repositoryId: place.repository.id,
      blueprint: 'single_task',
      start: true,
      ...fields,
    });
  async function reaches(id: string, wanted: (session: Session) => boolean | Promise<boolean>): Promise<Session> {
    for (const startedAt = Date.now(); ; await sleep(50)) {
      const session = await engine.services.sessions.get(place.admin, id);
      if (await wanted(session)) return session;
      if (Date.now() - startedAt > 55_000)
        throw new Error(`It is still ${session.status}: ${session.cause ?? session.error?.message ?? ''}`);
    }
  }
  const ends = (id: string, status: string) => reaches(id, (session) => session.status === status);
  const openAsk = async (id: string) =>
    (await engine.services.asks.list(place.admin, { status: ['open'], sessionId: id }, { limit: 1 })).items[0];
  /** Until a bash tool of the session runs. */
  const inTool = (id: string) =>
    reaches(id, async () =>
      (await historyOf(house, id)).some(
        ({ type, payload }) =>
          type === 'attempt.tool_called' && payload.tool === 'bash' && payload.status === 'running',
      ),
    );

  test('a plan of five runs two at a time, in order, and is proven task by task', async () => {
    const keys = ['create', 'read', 'update', 'delete', 'tests'];
    const blocks = keys.map((key) => script(`- write: { path: ${key}.txt, content: "${key}\\n" }`, ` task=${key}`));
    const { id } = await create({ blueprint: 'crud', prompt: blocks.join('\n\n') });
    const done = await ends(id, 'completed');
    expect(done).toMatchObject({ proof: 'proven', progress: { completed: 5, total: 5 } });
    expect(
      landed(place, done)
        .map(({ key }) => key)
        .sort(),
    ).toEqual([...keys].sort());
    expect(landed(place, done).at(-1)?.key).toBe('tests');
    for (const key of keys) expect(fileAt(place, done, `${key}.txt`)).toBe(key);
    const metrics = await engine.services.metrics.ofSession(place.viewer, id);
    expect(metrics).toMatchObject({ filesChanged: 5, attempts: 5 });
    expect(metrics.apiCalls).toBeGreaterThanOrEqual(10);
    await historyOf(house, id);
  });

  test('work that fails its verification gets a second attempt that knows why', async () => {
    const { id } = await create({
      prompt: [
        script('- write: { path: good.txt, content: "still there\\n" }\n- bash: node -e "fs.rmSync(\'good.txt\')"'),
        script('- write: { path: more.txt, content: "more\\n" }', ' attempt=2'),
      ].join('\n\n'),
    });
    const done = await ends(id, 'completed');
    expect(done.proof).toBe('proven');
    const attempts = await engine.services.tasks.attemptsOf(place.viewer, id);
    expect(attempts.map(({ failure }) => failure)).toEqual(['verification_failed', null]);
    expect(fileAt(place, done, 'more.txt')).toBe('more');
  });

  test('a planner answers after a repair, and its two tasks run at the same time', async () => {
    const plan = ['left', 'right'].map(
      (key) => `- { key: ${key}, title: Add ${key}, estimate: { likely: 1 }, writes: [${key}.txt] }`,
    );
    const wait = (key: string) => `- write: { path: ${key}.txt, content: ${key} }\n- wait: 1s`;
    const { id } = await create({
      blueprint: undefined,
      prompt: [
        script('I would rather not.', ' plan'),
        script(plan.join('\n'), ' plan attempt=2'),
        script(wait('left'), ' task=left'),
        script(wait('right'), ' task=right'),
      ].join('\n\n'),
    });
    const done = await ends(id, 'completed');
    expect(done).toMatchObject({ proof: 'proven', progress: { completed: 2, total: 2 } });
    expect(done.planSource).toMatchObject({ kind: 'planner', rounds: 2 });
    expect([fileAt(place, done, 'left.txt'), fileAt(place, done, 'right.txt')]).toEqual(['left', 'right']);
    const attempts = await engine.services.tasks.attemptsOf(place.viewer, id);
    expect(attempts.map(({ role, status }) => [role, status])).toEqual([
      ['plan', 'succeeded'],
      ['work', 'succeeded'],
      ['work', 'succeeded'],
    ]);
    const [, left, right] = attempts;
    expect(Number(right?.startedAt)).toBeLessThan(Number(left?.endedAt));
    const faults = (await historyOf(house, id)).find(({ type }) => type === 'prompt.injected');
    expect(faults?.payload).toMatchObject({ repair: 1, text: expect.stringContaining('no JSON') });
  });

  test('a planner without a script answers a plan of one task', async () => {
    const { id } = await create({ blueprint: undefined, prompt: script('- write: { path: f.txt, content: f }') });
    const done = await ends(id, 'completed');
    expect(done.planSource).toMatchObject({ kind: 'planner', rounds: 1 });
    expect(fileAt(place, done, 'f.txt')).toBe('f');
  });

  test('a permission is asked once, answered for the session, and not asked again', async () => {
    const body = [
      '- ask: npm publish --dry-run',
      '- ask: npm publish --dry-run',
      '- write: { path: b.txt, content: b }',
    ];
    const { id } = await create({ prompt: script(body.join('\n')) });
    await reaches(id, ({ attention }) => attention.kind === 'permission');
    const ask = await openAsk(id);
    expect(ask?.command).toBe('npm publish --dry-run');
    await engine.services.asks.answer(place.admin, ask?.id ?? '', { decision: 'session' });
    const done = await ends(id, 'completed');
    expect(done.attention.kind).toBe('none');
    const answered = (await historyOf(house, id)).filter(({ type }) => type === 'ask.answered');
    expect(answered.filter(({ actor }) => actor.name === 'ada')).toHaveLength(1);
  });

  test('a rejected permission is told to the agent, and the run goes on', async () => {
    const { id } = await create({
      prompt: script('- ask: npm publish --dry-run\n- write: { path: c.txt, content: c }'),
    });
    await reaches(id, ({ attention }) => attention.kind === 'permission');
    await engine.services.asks.answer(place.admin, (await openAsk(id))?.id ?? '', { decision: 'reject' });
    expect(fileAt(place, await ends(id, 'completed'), 'c.txt')).toBe('c');
  });

  test('a run that is paused in mid-tool goes on in its worktree when resumed', async () => {
    const body = [
      '- write: { path: before.txt, content: before }',
      '- bash: sleep 3',
      '- write: { path: d.txt, content: d }',
    ];
    const { id } = await create({ prompt: script(body.join('\n')) });
    await inTool(id);
    const paused = await engine.services.sessions.pause(place.admin, id);
    expect(paused).toMatchObject({ verified: true, session: { status: 'paused' } });
    await engine.services.sessions.resume(place.admin, id);
    const done = await ends(id, 'completed');
    expect(fileAt(place, done, 'before.txt')).toBe('before');
    expect(fileAt(place, done, 'd.txt')).toBe('d');
    expect(await engine.services.tasks.attemptsOf(place.viewer, id)).toHaveLength(1);
  });

  test('a run that is stopped in mid-tool is stopped within seconds, and a prompt to it is refused', async () => {
    const { id } = await create({ prompt: script('- bash: sleep 50') });
    await inTool(id);
    const stopped = await engine.services.sessions.stop(place.admin, id);
    expect(stopped).toMatchObject({ verified: true, session: { status: 'stopped', pendingCommand: null } });
    const last = (await historyOf(house, id)).findLast(({ type }) => type === 'session.status_changed');
    expect(last?.payload.reason).toMatch(/verified: (aborted|killed)/);
    await expect(engine.services.sessions.prompt(place.admin, id, { text: 'More' })).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
  });

  test('an injected prompt’s script runs after the present one', async () => {
    const { id } = await create({ prompt: script('- bash: sleep 2\n- write: { path: e.txt, content: first }') });
    await inTool(id);
    await engine.services.sessions.prompt(place.admin, id, {
      text: script('- edit: { path: e.txt, find: first, replace: second }'),
    });
    const done = await ends(id, 'completed');
    expect(fileAt(place, done, 'e.txt')).toBe('second');
    expect(await engine.services.tasks.attemptsOf(place.viewer, id)).toHaveLength(1);
  });
});
