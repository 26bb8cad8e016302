import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LiveState } from '../../../app/live.ts';
import { unpackLive } from '../../../app/live-packed.ts';
import { createReplay, historyTypes } from '../../../app/live-replay.ts';
import { loadSession } from '../../../app/routes/sessions/session-load.server.ts';
import type { Actor } from '../../domain/actor.ts';
import {
  addSession,
  createInstance,
  type House,
  historyOf,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
  whileTicking,
} from '../testing/house.ts';

let house: House;
let place: Place;
let one: Instance;
beforeAll(async () => {
  house = await openHouse('pglite');
});
afterAll(() => house.close());
beforeEach(async () => {
  place = await makePlace(house);
  one = createInstance(house);
});

const ends = (id: string, status: string) => until(house, [one.dispatcher], id, (session) => session.status === status);

/** What the loader says now, and what the history alone says when it is told to its end. */
async function bothOf(slug: string, actor: Actor = place.admin) {
  const url = new URL(`http://house/sessions/${slug}`);
  const live = unpackLive((await loadSession(one.services, actor, slug, url)).live);
  const told = (await historyOf(house, live.session.id)).filter(({ type }) => historyTypes.includes(type));
  const replay = createReplay(live, told);
  return { live, told, replay, replayed: replay.at(new Date(Date.now() + 3_600_000)) };
}

/** What the header, the graph and the table show; moments as whether they are known, since two clocks write them. */
function shown({ session, tasks, edges, criticalPath, asks, usage }: LiveState) {
  const { status, attention, cause, pendingCommand, retryCount, forced, proof, error, progress } = session;
  const { headCommit, lastCheckpointSequence, title, parallelism, pausedSeconds } = session;
  const known = [session.queuedAt, session.startedAt, session.endedAt, session.deadlineAt].map((at) => at !== null);
  return {
    ...{ status, attention: attention.kind, cause, pendingCommand, retryCount, forced, proof, error, progress },
    ...{ headCommit, lastCheckpointSequence, title, parallelism, pausedSeconds: Math.round(pausedSeconds / 10), known },
    asks: asks.map(({ id, kind, title, status, command, options }) => ({ id, kind, title, status, command, options })),
    usage: Object.fromEntries(Object.entries(usage).filter(([, one]) => one.inputTokens > 0)),
    tasks: tasks.map((task) => ({
      ...{ id: task.id, key: task.key, title: task.title, status: task.status, reason: task.reason },
      ...{ proof: task.proof, attemptCount: task.attemptCount, mergedCommit: task.mergedCommit },
      known: [task.readyAt, task.startedAt, task.endedAt].map((at) => at !== null),
    })),
    edges: edges.map(({ id }) => id).toSorted(),
    criticalPath: [...criticalPath],
  };
}

const expectTold = ({ live, replayed }: { live: LiveState; replayed: LiveState }) =>
  expect(shown(replayed)).toEqual(shown(live));

test('a chain that fails, is retried by another agent, asks and completes is told whole by its events', async () => {
  let tries = 0;
  one.play.current = async (run) => {
    tries += 1;
    if (tries === 1) throw new Error('the line broke');
    if (tries === 3) await run.ask({});
    run.write(`file-${tries}.txt`, `${tries}\n`);
    return undefined;
  };
  const { id, slug } = await addSession(one, place, { blueprint: 'bug_fix', start: true });
  await until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'permission');
  const waiting = await bothOf(slug);
  expectTold(waiting);
  expect(waiting.replayed.asks).toHaveLength(1);
  for (const ask of waiting.live.asks) await one.services.asks.answer(place.admin, ask.id, { decision: 'once' });
  await ends(id, 'completed');
  const over = await bothOf(slug);
  expectTold(over);

  // Any moment between is what the loader said then: here the moment at which the ask stood open.
  const then = over.replay.at(waiting.told.at(-1)?.at ?? new Date(0));
  expect(shown(then).asks).toEqual(shown(waiting.live).asks);
  expect(shown(then).tasks.map(({ key, status }) => [key, status])).toEqual(
    shown(waiting.live).tasks.map(({ key, status }) => [key, status]),
  );
  expect(over.replay.at(new Date(0))).toMatchObject({ tasks: [], session: { status: 'pending', startedAt: null } });
}, 120_000);

test('a pause, a change, edits of the graph, a stop and a retry are told whole by their events', async () => {
  one.play.current = () => new Promise(() => undefined);
  const session = await addSession(one, place, { blueprint: 'bug_fix', start: true });
  const { id, slug } = session;
  await until(house, [one.dispatcher], id, (_, tasks) => tasks.some(({ status }) => status === 'in_progress'));
  const tasks = await house.opened.store.tasks.bySession(id);
  const [first, , third, last] = tasks;
  if (first === undefined || third === undefined || last === undefined) throw new Error('The plan has four tasks');
  await one.services.sessions.update(place.admin, slug, { title: 'Add another thing', parallelism: 3 });
  const linked = await one.services.taskEdits.link(place.admin, last.id, { taskId: first.id });
  expectTold(await bothOf(slug));
  await one.services.taskEdits.unlink(place.admin, last.id, linked.id);
  await one.services.taskEdits.remove(place.admin, last.id);
  const edited = await bothOf(slug);
  expectTold(edited);
  expect(edited.replayed.tasks).toHaveLength(3);
  // Before it was taken off it was there, though no loader knows it any more.
  expect(edited.replay.at(edited.told.at(-2)?.at ?? new Date(0)).tasks.map(({ key }) => key)).toContain(last.key);
  expect(edited.replay.at(session.createdAt).session.title).toBe('Add the thing');

  await whileTicking(one.dispatcher, one.services.sessions.pause(place.admin, slug));
  expectTold(await bothOf(slug));
  await one.services.sessions.resume(place.admin, slug);
  await until(house, [one.dispatcher], id, ({ status }) => status === 'running');
  await whileTicking(one.dispatcher, one.services.sessions.stop(place.admin, slug));
  expectTold(await bothOf(slug));
  one.play.current = async () => undefined;
  await one.services.checkpoints.create(place.admin, slug);
  await one.services.sessions.retry(place.admin, slug);
  await ends(id, 'completed');
  expectTold(await bothOf(slug));
}, 120_000);
