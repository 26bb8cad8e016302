import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../config.ts';
import { createEngine, type Engine } from '../../engine.ts';
import { createLogger } from '../../log.ts';
import { type House, historyOf, makePlace, openHouse, type Place, setupCode } from '../testing/house.ts';

const script = (body: string, info = '') => `\`\`\`rehearsal${info}\n${body}\n\`\`\``;

// What agents keep goes through the real OpenCode: its MCP client, its permissions, our endpoint.
let house: House;
let place: Place;
let engine: Engine;
beforeAll(async () => {
  house = await openHouse('pglite');
  place = await makePlace(house, { files: { 'a.txt': 'one\n' } });
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

async function completed(fields: Record<string, unknown>) {
  const { id } = await engine.services.sessions.create(place.admin, {
    title: 'Add the thing',
    repositoryId: place.repository.id,
    blueprint: 'single_task',
    start: true,
    ...fields,
  });
  for (const startedAt = Date.now(); ; await sleep(50)) {
    const session = await engine.services.sessions.get(place.admin, id);
    if (session.status === 'completed') return session;
    if (Date.now() - startedAt > 110_000)
      throw new Error(`It is still ${session.status}: ${session.cause ?? session.error?.message ?? ''}`);
  }
}

test('what one task keeps by its tool stands in the history under the agent, and in the prompt of a later task as it was sent', async () => {
  const session = await completed({
    blueprint: 'crud',
    parallelism: 4,
    prompt: [
      script(
        '- context: { set: { build.tool: npm, "v1\\\\.2": { ready: null } } }\n- write: { path: c.txt, content: c }\n- say: Made c.',
        ' task=create',
      ),
      script('- write: { path: o.txt, content: o }', ' task=read'),
      script('- write: { path: u.txt, content: u }', ' task=update'),
      script('- write: { path: d.txt, content: d }', ' task=delete'),
      script('- say: Tested.', ' task=tests'),
    ].join('\n\n'),
  });
  const events = await historyOf(house, session.id);
  const call = events.findLast(({ payload }) => payload.tool === 'orchestrator_context_set');
  expect(call?.payload).toMatchObject({ status: 'completed', output: expect.stringContaining('Kept build.tool') });

  const [context] = await engine.services.contexts.ofSession(place.viewer, session.slug);
  expect(context?.data).toMatchObject({
    build: { tool: 'npm' },
    'v1.2': { ready: null },
    tasks: { create: { summary: 'Made c.', files: ['c.txt'] } },
  });
  const kept = await engine.services.contexts.history(place.viewer, context?.id ?? '');
  const tool = kept.find(({ path }) => path === 'build.tool');
  expect(tool).toMatchObject({ after: 'npm', actor: { kind: 'agent', name: expect.stringMatching(/^AGENT-/) } });
  expect(kept.find(({ path }) => path === 'tasks.create.summary')?.actor.kind).toBe('system');
  const told = events.filter(({ type }) => type === 'context.changed').map(({ payload }) => payload);
  expect(told[0]).toMatchObject({ contextId: context?.id, scope: 'session', version: 1 });
  expect(told).toHaveLength(6);

  const attempts = await house.opened.store.attempts.bySession(session.id);
  const prompts = attempts.map(({ prompt }) => prompt);
  const tests = prompts.at(-1) ?? '';
  expect(tests).toContain('## What is known');
  expect(tests).toContain('- build.tool: npm');
  expect(tests).toContain('- v1\\.2.ready: null');
  expect(tests).toContain('- tasks.create.summary: Made c.');
  expect(prompts[0]).not.toContain('## What is known');
  expect(context?.expiresAt?.getTime()).toBe((session.endedAt?.getTime() ?? 0) + 86_400_000);
}, 120_000);
