import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../config.ts';
import type { Session } from '../../domain/session.ts';
import { createEngine, type Engine } from '../../engine.ts';
import { createLogger } from '../../log.ts';
import { fileAt, type House, historyOf, makePlace, openHouse, type Place, setupCode } from '../testing/house.ts';

const script = (...steps: string[]) => `\`\`\`rehearsal\n${steps.map((step) => `- ${step}\n`).join('')}\`\`\``;

// Cut-off and parking through the real OpenCode: whether its run neither fails nor is lost is for it to say.
let house: House;
let place: Place;
let engine: Engine;
beforeAll(async () => {
  house = await openHouse('pglite');
  place = await makePlace(house, { files: { 'x.txt': 'one\n' } });
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
    if (Date.now() - startedAt > 110_000)
      throw new Error(`It is still ${session.status}: ${session.cause ?? session.error?.message ?? ''}`);
  }
}
const attemptsOf = (id: string) => engine.services.tasks.attemptsOf(place.admin, id);
const nothingDrawn = { tokens: 0, costUsd: 0, attempts: 0, seconds: 0 };

test('a run that uses up its budget is paused between two tools, and the same run goes on when it was raised', async () => {
  const { id } = await create({
    budget: { tokens: 3_000 },
    prompt: script(
      'usage: { input: 1900, output: 100 }',
      'write: { path: a.txt, content: a }',
      'usage: { input: 1900, output: 100 }',
      'write: { path: b.txt, content: b }',
      'usage: { input: 900, output: 100 }',
      'write: { path: c.txt, content: c }',
    ),
  });
  const cause = 'budget: all 3000 tokens are used';
  expect(await reaches(id, ({ status }) => status === 'paused')).toMatchObject({ cause, pendingCommand: null });
  expect(await attemptsOf(id)).toMatchObject([
    { status: 'waiting', cutOff: 'all 3000 tokens are used', failure: null },
  ]);
  const { account, open } = await engine.services.budgets.ofSession(place.viewer, id);
  expect(account).toMatchObject({ caps: { tokens: 3_000 }, reserved: { tokens: 3_000, attempts: 1 } });
  expect(open).toHaveLength(1);

  await engine.services.sessions.resume(place.admin, id);
  await reaches(id, async () => {
    const told = (await historyOf(house, id)).filter(({ type }) => type === 'budget.exhausted');
    return told.length === 2;
  });
  expect(await reaches(id, ({ status }) => status === 'paused')).toMatchObject({ cause });

  await engine.services.sessions.update(place.admin, id, { budget: { tokens: 50_000 } });
  await engine.services.sessions.resume(place.admin, id);
  const done = await reaches(id, ({ status }) => status === 'completed');
  for (const name of ['a', 'b', 'c']) expect(fileAt(place, done, `${name}.txt`)).toBe(name);
  expect(await attemptsOf(id)).toMatchObject([{ number: 1, status: 'succeeded', cutOff: null }]);
  const after = await engine.services.budgets.ofSession(place.viewer, id);
  expect(after.account).toMatchObject({ reserved: nothingDrawn, spent: { tokens: 5_000, attempts: 1 } });
  expect(after.open).toEqual([]);
}, 240_000);

test('a spent quota of the provider parks the runtime, says until when, and burns no attempt', async () => {
  const { id } = await create({ prompt: script('fail: quota', 'write: { path: q.txt, content: q }') });
  await reaches(id, () => engine.services.system.runtime().parkedUntil !== null);
  const tiles = await engine.services.system.annunciator(place.viewer);
  expect(tiles.find(({ key }) => key === 'quota')).toMatchObject({
    lit: true,
    detail: expect.stringMatching(/^The quota of the provider is spent; the runtime is parked until \d{4}-.* UTC\.$/),
  });
  expect(tiles.find(({ key }) => key === 'runtime')).toMatchObject({ lit: true });
  await reaches(id, ({ status }) => status === 'completed');
  expect(await attemptsOf(id)).toMatchObject([{ number: 1, status: 'succeeded' }]);
}, 240_000);
