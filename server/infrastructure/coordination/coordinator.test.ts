import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { startOwnRedis } from '../../../scripts/redis.ts';
import type { OutputDelta } from '../../application/ports.ts';
import type { TimelineEvent } from '../../domain/events.ts';
import { createLogger } from '../../log.ts';
import type { Bus } from './bus.ts';
import { type Coordinator, createCoordinator } from './coordinator.ts';
import { createInProcessLine } from './in-process-bus.ts';
import { createRedisBus } from './redis-bus.ts';
import { openRedis } from './redis-connection.ts';

const log = createLogger({ level: 'silent' });
const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000, interval: 10 });

function eventOf(seq: number, text = 'x'): TimelineEvent {
  return {
    id: randomUUID(),
    teamId: 't1',
    cursor: seq * 3,
    sessionId: 's1',
    seq,
    type: 'session.updated',
    at: new Date(1_800_000_000_000 + seq),
    actor: { kind: 'system', id: null, name: 'engine' },
    payload: { text },
    v: 1,
  };
}

const delta = (text: string, partId = 'p1'): OutputDelta => ({
  sessionId: 's1',
  teamId: 't1',
  taskId: 'k1',
  attemptId: 'a1',
  partId,
  text,
});

/** A member of a line, with everything it is told. */
function member(bus: Bus) {
  const coordinator = createCoordinator(bus, { announceMs: 60, ttlMs: 400 });
  const told = { events: [] as TimelineEvent[], heads: [] as unknown[], text: '', nudges: 0, rechecks: [] as string[] };
  const presence: string[] = [];
  coordinator.listen({
    events: (events) => told.events.push(...events),
    positions: (positions) => told.heads.push(...positions),
    output: ({ text }) => {
      told.text += text;
    },
    nudge: () => {
      told.nudges += 1;
    },
    recheck: (userId) => told.rechecks.push(userId),
    presence: (sessionId) => presence.push(sessionId),
  });
  closers.push(() => coordinator.close());
  return { coordinator, told, presence, bus };
}

const lines = {
  in_process() {
    const line = createInProcessLine();
    return (id: string) => member(line.join(id));
  },
  redis(url = process.env.TEST_REDIS_URL ?? '', beatMs = 1_000) {
    const channel = `test:${randomUUID()}`;
    return (id: string) => {
      const commands = openRedis(url, { log, name: 'test', use: 'commands' });
      closers.push(() => commands.disconnect());
      return member(createRedisBus({ url, log, id, channel, commands, beatMs }));
    };
  },
};

describe.each(['in_process', 'redis'] as const)('instances on a line that is %s', (kind) => {
  async function three() {
    const join = lines[kind]();
    const all = [join('one'), join('two'), join('three')] as const;
    await eventually(() => all.every(({ bus }) => bus.ok())).toBe(true);
    return all;
  }

  test('what one tells comes to each of the others once, whole and in order, and not to itself', async () => {
    const [one, two, three_] = await three();
    const events = Array.from({ length: 300 }, (_, index) => eventOf(index + 1, 'y'.repeat(500)));
    one.coordinator.publish(events);
    one.coordinator.output(delta('Hel'));
    one.coordinator.output(delta('lo'));
    for (let n = 0; n < 5; n += 1) one.coordinator.nudge();
    one.coordinator.recheck('u1');
    for (const { told } of [two, three_]) {
      await eventually(() => [told.events.length, told.text, told.nudges]).toEqual([300, 'Hello', 1]);
      expect(told.events).toEqual(events);
      expect(told.rechecks).toEqual(['u1']);
    }
    expect(one.told).toEqual({ events: [], heads: [], text: '', nudges: 0, rechecks: [] });
  });

  test('an event too large for a message goes as the place to read it from', async () => {
    const [one, two] = await three();
    one.coordinator.publish([eventOf(1), eventOf(2, 'z'.repeat(60_000)), eventOf(3)]);
    await eventually(() => two.told.events.length).toBe(2);
    expect(two.told.heads).toEqual([
      { feed: { teamId: 't1' }, head: 6 },
      { feed: { sessionId: 's1' }, head: 2 },
    ]);
  });

  test('who watches elsewhere is known, also to who comes later, and goes with an instance that leaves or falls silent', async () => {
    const [one, two, three_] = await three();
    const [ada, bob] = [
      { id: 'u1', name: 'Ada' },
      { id: 'u2', name: 'Bob' },
    ];
    const seen = (from: { coordinator: Coordinator }) => from.coordinator.watchersElsewhere('s1').map(({ id }) => id);
    one.coordinator.watching('s1', [ada]);
    two.coordinator.watching('s1', [bob]);
    await eventually(() => seen(three_).toSorted()).toEqual(['u1', 'u2']);
    await eventually(() => seen(one)).toEqual(['u2']);
    one.coordinator.watching('s1', []);
    await eventually(() => seen(three_)).toEqual(['u2']);
    one.coordinator.watching('s1', [ada]);
    await eventually(() => seen(three_).toSorted()).toEqual(['u1', 'u2']);
    await two.coordinator.close();
    await eventually(() => seen(three_)).toEqual(['u1']);
    // A killed process says nothing any more.
    three_.presence.length = 0;
    await one.bus.close();
    await eventually(() => seen(three_)).toEqual([]);
    expect(three_.presence).toContain('s1');
  });
});

test('a Redis that is killed is noticed, and what is told after its return arrives', async () => {
  const server = await startOwnRedis();
  closers.push(() => server.stop());
  const join = lines.redis(server.url, 50);
  const [one, two] = [join('one'), join('two')];
  await eventually(() => one.bus.ok() && two.bus.ok()).toBe(true);
  await server.kill();
  await eventually(() => one.coordinator.facts()).toMatchObject({ ok: false, detail: expect.stringMatching(/away/) });
  one.coordinator.publish([eventOf(1)]);
  await server.start();
  await eventually(() => one.bus.ok() && two.bus.ok()).toBe(true);
  one.coordinator.publish([eventOf(2)]);
  await eventually(() => two.told.events.map(({ seq }) => seq)).toEqual([2]);
});
