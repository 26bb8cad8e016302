import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../config.ts';
import type { FailureClass } from '../../domain/attempt.ts';
import type { Session } from '../../domain/session.ts';
import type { VerdictAction } from '../../domain/verdict.ts';
import { createEngine, type Engine } from '../../engine.ts';
import { createLogger } from '../../log.ts';
import { fileAt, type House, landed, makePlace, openHouse, type Place, setupCode } from '../testing/house.ts';

const script = (body: string, info = '') => `\`\`\`rehearsal${info}\n${body}\n\`\`\``;

// Each class of failure provoked where it comes from: the gateway, the repository, its branch. The real OpenCode runs.
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
    instance: { id: 'house', owner: 'verdicts.1', formerOwners: [], url: '' },
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
async function ends(id: string, status: string): Promise<Session> {
  for (const startedAt = Date.now(); ; await sleep(100)) {
    const session = await engine.services.sessions.get(place.admin, id);
    if (session.status === status) return session;
    if (Date.now() - startedAt > 100_000)
      throw new Error(`It is still ${session.status}: ${session.cause ?? session.error?.message ?? ''}`);
  }
}
const attemptsOf = (id: string) => house.opened.store.attempts.bySession(id);

test.each<[string, FailureClass, VerdictAction]>([
  ['- fail: refuse', 'refused', 'other_agent'],
  ['- fail: length', 'transient', 'retry_same'],
  ['- bash: node -e "fs.rmSync(\'good.txt\')"', 'verification_failed', 'other_type'],
])(
  '%s of the first attempt is judged %s: %s',
  async (first, failure, action) => {
    const { id } = await create({
      prompt: [
        script(first, ' task=task attempt=1'),
        script('- write: { path: more.txt, content: "more\\n" }', ' task=task attempt=2'),
      ].join('\n\n'),
    });
    await ends(id, 'completed');
    const [failed, second] = await attemptsOf(id);
    expect(failed).toMatchObject({ failure, verdict: { action } });
    expect(second?.agentId === failed?.agentId).toBe(action === 'retry_same');
    const [decision] = (await house.opened.store.routing.ofSession(id)).filter((one) => one.attemptId === second?.id);
    expect(decision?.sentence).toContain(failed?.verdict?.reason ?? 'nothing');
  },
  120_000,
);

test('changes that collide are brought together by an agent that resolves conflicts', async () => {
  const keys = ['create', 'read'];
  const { id } = await create({
    blueprint: 'crud',
    prompt: [
      // Both begin on the same head: neither ends before the other has begun.
      ...keys.map((key) => script(`- wait: 3s\n- write: { path: a.txt, content: "${key}\\n" }`, ` task=${key}`)),
      ...['update', 'delete', 'tests'].map((key) =>
        script(`- write: { path: ${key}.txt, content: "${key}\\n" }`, ` task=${key}`),
      ),
      script('- write: { path: a.txt, content: "create\\nread\\n" }', ' conflict'),
    ].join('\n\n'),
  });
  const done = await ends(id, 'completed');
  expect(fileAt(place, done, 'a.txt')).toBe('create\nread');
  expect(landed(place, done)).toHaveLength(5);
  const attempts = await attemptsOf(id);
  expect(attempts.find(({ failure }) => failure === 'conflict')?.verdict?.action).toBe('resolve_conflict');
  const [conflict] = await house.opened.store.conflicts.ofSession(id);
  expect(conflict).toMatchObject({ status: 'resolved', files: ['a.txt'], resolvedBy: { kind: 'agent' } });
}, 120_000);
