import { afterAll, beforeAll, expect, test } from 'vitest';
import { addSession, addTask, makeWorld, system, type World } from '../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../db/testing/store.ts';
import type { UserActor } from '../domain/actor.ts';
import { everything } from '../domain/event-filter.ts';
import type { Deps } from './deps.ts';
import { createTelemetryFeed } from './telemetry.ts';

let opened: TestStore;
let world: World;
let reader: UserActor;
const feed = () => createTelemetryFeed({ store: opened.store } as Deps);

beforeAll(async () => {
  opened = await openTestStore('pglite');
  world = await makeWorld(opened.store);
  const { user, team } = world;
  reader = { kind: 'user', id: user.id, name: user.name, teamId: team.id, role: 'viewer' } as UserActor;
});
afterAll(() => opened.close());

async function output(sessionId: string, count: number, text = 'line') {
  await opened.store.events.append(
    sessionId,
    Array.from({ length: count }, (_, index) => ({
      type: 'attempt.output' as const,
      actor: system,
      payload: { text: `${text} ${index}` },
    })),
  );
}

test('the newest come in order with the names of their sessions, filtered over more than one page', async () => {
  const { id, slug } = await addSession(opened.store, world);
  await opened.store.sessions.move({ sessionId: id, to: 'queued', guard: {}, reason: 'x', actor: system });
  await output(id, 1_100);
  const { events, names } = await feed().recent(reader, everything, 3);
  expect(events.map(({ payload }) => payload.text)).toEqual(['line 1097', 'line 1098', 'line 1099']);
  expect(names.slugs[id]).toBe(slug);
  const rare = await feed().recent(reader, { ...everything, text: 'line 7 ', session: slug }, 10);
  expect(rare.events).toEqual([]);
  const early = await feed().recent(reader, { ...everything, text: '"line 7"', session: slug.toLowerCase() }, 10);
  expect(early.events).toHaveLength(1);
  expect((await feed().recent(reader, { ...everything, types: ['session'] }, 10)).events).toHaveLength(1);
  expect((await feed().recent(reader, { ...everything, session: 'IND-999' }, 10)).events).toEqual([]);
});

test('tasks are named by their keys, and a planner’s own run is told apart', async () => {
  const session = await addSession(opened.store, world);
  const [task, plan] = [await addTask(opened.store, session), await addTask(opened.store, session, { kind: 'plan' })];
  const told = [task.id, plan.id, 'nonsense'].map((taskId) => ({
    type: 'task.routed' as const,
    actor: system,
    payload: { taskId },
  }));
  await opened.store.events.append(session.id, told);
  const { names } = await feed().recent(reader, { ...everything, session: session.slug }, 10);
  expect(names.tasks).toEqual({ [task.id]: task.key, [plan.id]: null });
});

test('what came meanwhile is told from a cursor on, and whether there is more', async () => {
  const { id } = await addSession(opened.store, world);
  const before = (await feed().recent(reader, everything, 1)).events[0]?.cursor ?? 0;
  await output(id, 501, 'later');
  const first = await feed().since(reader, before);
  expect(first).toMatchObject({ more: true });
  const rest = await feed().since(reader, first.events.at(-1)?.cursor ?? 0);
  expect(rest.events.map(({ payload }) => payload.text)).toEqual(['later 500']);
  expect(rest.more).toBe(false);
});

test('a file holds one event a line, without the team', async () => {
  const lines: string[] = [];
  for await (const text of await feed().exportLines(reader, { ...everything, types: ['session'] })) lines.push(text);
  const [line] = lines.join('').trim().split('\n');
  expect(JSON.parse(line ?? '')).toMatchObject({
    type: 'session.status_changed',
    session: expect.stringMatching(/^IND-/),
  });
  expect(line).not.toContain('teamId');
});

test('another team reads nothing of it', async () => {
  const other = await makeWorld(opened.store);
  const stranger = { ...reader, id: other.user.id, teamId: other.team.id };
  expect((await feed().recent(stranger, everything, 10)).events).toEqual([]);
});
