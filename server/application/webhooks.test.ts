import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../db/testing/database.ts';
import { makeWorld, system, type World } from '../../db/testing/fixtures.ts';
import type { UserActor } from '../domain/actor.ts';
import { createEncryption } from '../infrastructure/encryption.ts';
import { createJobs, type Jobs } from '../infrastructure/jobs.ts';
import { createOutbound } from '../infrastructure/outbound.ts';
import { createSecrets } from '../infrastructure/secrets.ts';
import { createStore } from '../infrastructure/store/store.ts';
import { createWebhookSender } from '../infrastructure/webhook-sender.ts';
import { openReceiver, type Receiver, verified } from '../infrastructure/webhook-testing.ts';
import { createLogger } from '../log.ts';
import type { Store } from './store-port.ts';
import { createWebhookDelivery, type DeliveryDeps } from './webhook-delivery.ts';
import { createWebhooks } from './webhooks.ts';

const log = createLogger({ level: 'silent' });
const encryption = createEncryption(Buffer.alloc(32, 7));
const secrets = createSecrets();

describe.each(['pglite', 'postgres'] as const)('webhooks on %s', (kind) => {
  let database: TestDatabase;
  let jobs: Jobs;
  let store: Store;
  let receiver: Receiver;
  let world: World;
  let admin: UserActor;
  let webhooks: ReturnType<typeof createWebhooks>;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
    jobs = createJobs({ database, databaseUrl: database.url, log, pollSeconds: 0.5 });
    store = createStore(database, { enqueue: jobs.enqueue });
    webhooks = createWebhooks({ store, secrets, encryption });
  });
  beforeEach(async () => {
    receiver = await openReceiver();
    world = await makeWorld(store);
    const { team, user } = world;
    admin = { kind: 'user', id: user.id, teamId: team.id, role: 'admin', name: 'Ada', email: user.email };
    return () => receiver.close();
  });
  afterAll(async () => {
    await jobs.stop();
    await database.close();
  });

  const deliveryOf = (fields: Partial<DeliveryDeps> = {}) =>
    createWebhookDelivery({
      store,
      log,
      encryption,
      send: createWebhookSender(createOutbound({ allow: ['127.0.0.1/32'] }), 300),
      backoff: [1, 1],
      owner: 'one.1',
      formerOwners: [],
      ...fields,
    });
  const happen = (type: 'agent.registered' | 'runtime.state_changed' = 'agent.registered', teamId = world.team.id) =>
    store.events.appendTeam(teamId, { type, actor: system, payload: { n: 1 } });
  const add = (fields: Record<string, unknown> = {}) =>
    webhooks.create(admin, { name: 'ci', url: receiver.url, ...fields });
  const rows = async (id: string) => (await webhooks.deliveries(admin, id, {}, { limit: 50 })).items;
  const rowOf = async (id: string) => {
    const [row] = await rows(id);
    if (row === undefined) throw new Error('There is no delivery');
    return row;
  };
  /** As if its time had come. */
  const due = (id: string) =>
    database.db.execute(sql`update webhook_deliveries set next_at = clock_timestamp() where id = ${id}::uuid`);
  const shut = () => database.db.execute(sql`update webhooks set circuit_open_until = clock_timestamp()`);

  test('each event is owed once to each webhook that wants it, however often and by however many it is handed out', async () => {
    const before = await happen();
    const all = await add();
    const some = await add({ name: 'some', types: ['runtime.state_changed'] });
    await add({ name: 'off', enabled: false });
    const other = await makeWorld(store);
    const events = [
      await happen(),
      await happen('runtime.state_changed'),
      await happen('agent.registered', other.team.id),
    ];
    const { fanOut } = deliveryOf();
    const made = await Promise.all([fanOut(events), fanOut([before, ...events]), fanOut(events), fanOut([])]);
    expect(made.reduce((sum, one) => sum + one, 0)).toBe(3);
    expect(await fanOut(events)).toBe(0);
    expect((await rows(all.id)).map((row) => row.eventId).toReversed()).toEqual([events[0]?.id, events[1]?.id]);
    expect((await rows(some.id)).map((row) => row.type)).toEqual(['runtime.state_changed']);
    expect((await webhooks.get(admin, all.id)).deliveries).toEqual({ pending: 2, failed: 0, delivered: 0, dead: 0 });
  });

  test('a failing receiver is asked again with the same id until it is dead, and a replay begins anew', async () => {
    const { id, secret } = await add();
    const { fanOut, deliver } = deliveryOf();
    const event = await happen();
    await fanOut([event]);
    receiver.behaviour.answer = (res) => res.writeHead(500).end(`${'no '.repeat(2000)}`);
    const { id: delivery } = await rowOf(id);
    await deliver(delivery);
    const failed = await rowOf(id);
    expect(failed).toMatchObject({
      status: 'failed',
      attempts: 1,
      statusCode: 500,
      error: 'The receiver answered 500.',
    });
    expect(failed.response?.length).toBe(2048);
    expect(failed.nextAt.getTime() - (failed.triedAt?.getTime() ?? 0)).toBeGreaterThan(700);
    await deliver(delivery);
    await deliver(delivery);
    // A second before its time is its time: the queue's clock is the database's, but not to the millisecond.
    expect(receiver.received.length).toBeLessThanOrEqual(3);
    await due(delivery);
    await deliver(delivery);
    await due(delivery);
    await deliver(delivery);
    expect(await rowOf(id)).toMatchObject({ status: 'dead', attempts: 3 });
    await due(delivery);
    await deliver(delivery);
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map((call) => verified(call, secret)))).toEqual(new Set([delivery]));
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({
      id: event.id,
      type: 'agent.registered',
      at: event.at.toISOString(),
      sessionId: null,
      seq: null,
      actor: { kind: 'system', id: null, name: 'test' },
      payload: { n: 1 },
      v: 1,
    });

    receiver.behaviour.answer = (res) => res.writeHead(200).end('thanks');
    expect(await webhooks.replay(admin, id, delivery)).toMatchObject({ status: 'pending', attempts: 0, replays: 1 });
    await expect(webhooks.replay(admin, id, delivery)).rejects.toMatchObject({ code: 'CONFLICT' });
    await deliver(delivery);
    expect(await rowOf(id)).toMatchObject({ status: 'delivered', statusCode: 200, response: 'thanks', error: null });
    expect(receiver.received.at(-1)?.headers['x-orchestrator-delivery']).toBe(delivery);
  });

  test('a receiver that hangs, redirects, is gone or is private is told apart', async () => {
    const { id } = await add();
    const { fanOut, deliver } = deliveryOf();
    const next = async (answer: Receiver['behaviour']['answer'], by = deliver) => {
      receiver.behaviour.answer = answer;
      const event = await happen();
      await fanOut([event]);
      const row = (await rows(id)).find((one) => one.eventId === event.id);
      await by(row?.id ?? '');
      return (await rows(id)).find((one) => one.eventId === event.id);
    };
    expect(await next(() => undefined)).toMatchObject({
      status: 'failed',
      statusCode: null,
      error: 'No answer within 0.3 s.',
    });
    const redirected = await next((res) => res.writeHead(302, { location: '/elsewhere' }).end());
    expect(redirected?.error).toContain('redirect');
    expect(receiver.received.map(({ path }) => path)).not.toContain('/elsewhere');
    const walled = deliveryOf({ send: createWebhookSender(createOutbound({ allow: [] })) });
    const asked = receiver.received.length;
    expect((await next(() => undefined, walled.deliver))?.error).toContain('OUTBOUND_ALLOW');
    expect(receiver.received).toHaveLength(asked);
    // A body without an end changes nothing about what was answered.
    expect(await next((res) => res.writeHead(202).write('on and on'))).toMatchObject({ status: 'delivered' });
    expect(await next((res) => res.writeHead(410).end())).toMatchObject({ status: 'dead', attempts: 1 });
    expect(await webhooks.get(admin, id)).toMatchObject({
      enabled: false,
      disabledReason: expect.stringContaining('410'),
    });
    await expect(webhooks.ping(admin, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    const last = (await store.audit.search(world.team.id, { action: 'webhook' }, { limit: 1 })).items[0];
    expect(last).toMatchObject({ action: 'webhook.disabled', actor: { kind: 'system' } });
    expect(await webhooks.update(admin, id, { enabled: true })).toMatchObject({ enabled: true, disabledReason: null });
  });

  test('an endpoint that fails five times in a row is left alone, and one probe opens it again', async () => {
    const { id } = await add();
    const { fanOut, deliver } = deliveryOf();
    receiver.behaviour.answer = (res) => res.writeHead(503).end();
    const events = [];
    for (let n = 0; n < 8; n += 1) events.push(await happen());
    await fanOut(events);
    const waiting = (await rows(id)).map((row) => row.id);
    for (const one of waiting) await deliver(one);
    expect(receiver.received).toHaveLength(5);
    expect(await webhooks.get(admin, id)).toMatchObject({ failuresInARow: 5, deliveries: { failed: 5, pending: 3 } });
    const off = (await rows(id)).filter((row) => row.status === 'pending');
    expect(off.every((row) => row.attempts === 0 && row.nextAt.getTime() > Date.now() + 30_000)).toBe(true);

    await shut();
    let answered = () => undefined as unknown;
    receiver.behaviour.answer = (res) => {
      answered = () => res.writeHead(204).end();
    };
    const [probe = '', second = ''] = off.map((row) => row.id);
    await due(probe);
    await due(second);
    const probing = deliveryOf({ send: createWebhookSender(createOutbound({ allow: ['127.0.0.1/32'] })) }).deliver(
      probe,
    );
    while (receiver.received.length < 6) await sleep(5);
    await deliver(second);
    expect(receiver.received).toHaveLength(6);
    answered();
    await probing;
    expect(await webhooks.get(admin, id)).toMatchObject({ failuresInARow: 0, circuitOpenUntil: null });
    receiver.behaviour.answer = (res) => res.writeHead(204).end();
    await due(second);
    await deliver(second);
    expect((await webhooks.get(admin, id)).deliveries).toMatchObject({ delivered: 2 });
  });

  test('failures at the same moment each count, and those under way when the circuit opens do not keep it open longer', async () => {
    const { id } = await add();
    const { fanOut, deliver } = deliveryOf();
    const held: (() => unknown)[] = [];
    receiver.behaviour.answer = (res) => {
      held.push(() => res.writeHead(503).end());
    };
    const events = [];
    for (let n = 0; n < 7; n += 1) events.push(await happen());
    await fanOut(events);
    const sending = (await rows(id)).map((row) => deliver(row.id));
    while (held.length < 7) await sleep(5);
    for (const answer of held) answer();
    await Promise.all(sending);
    const { failuresInARow, circuitOpenUntil } = await webhooks.get(admin, id);
    expect(failuresInARow).toBe(5);
    expect(circuitOpenUntil?.getTime()).toBeLessThanOrEqual((await store.now()).getTime() + 60_000);
  });

  test('while a rotation overlaps both secrets sign, afterwards the new one alone', async () => {
    const { id, secret } = await add();
    const rotated = await webhooks.rotate(admin, id, {});
    const { deliver } = deliveryOf();
    await deliver((await webhooks.ping(admin, id)).id);
    for (const one of [secret, rotated.secret]) verified(receiver.received[0] ?? never(), one);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      type: 'webhook.ping',
      payload: { by: 'Ada' },
    });
    const last = await webhooks.rotate(admin, id, { overlapHours: 0 });
    await deliver((await webhooks.ping(admin, id)).id);
    verified(receiver.received[1] ?? never(), last.secret);
    expect(String(receiver.received[1]?.headers['x-orchestrator-signature']).split(',')).toHaveLength(1);
    expect(JSON.stringify(await store.webhooks.sealed(world.team.id, id))).not.toContain(last.secret);
    expect(JSON.stringify(await webhooks.list(admin))).not.toContain('whsec_');
  });

  test('what a dead process had under way is sent by the next one under the same id, and never by two at once', async () => {
    const { id, secret } = await add();
    await deliveryOf().fanOut([await happen()]);
    const { id: delivery } = await rowOf(id);
    await store.webhooks.claim(delivery, 'one.1', 20);
    const other = deliveryOf({ owner: 'two.1' });
    await other.deliver(delivery);
    expect(receiver.received).toHaveLength(0);
    const reborn = deliveryOf({ owner: 'one.2', formerOwners: ['one.1'] });
    await reborn.recover();
    await reborn.deliver(delivery);
    expect(verified(receiver.received[0] ?? never(), secret)).toBe(delivery);
    expect(await rowOf(id)).toMatchObject({ status: 'delivered', attempts: 2 });
    const late = {
      status: 'failed',
      inSeconds: 1,
      statusCode: 500,
      error: 'late',
      response: '',
      durationMs: 1,
    } as const;
    const endpoint = { failed: true, probe: false, circuitAfter: () => null };
    expect(await store.webhooks.settle(delivery, 1, { ...late, endpoint })).toBe(false);
  });

  test('settled deliveries are forgotten in time, the dead later than the delivered', async () => {
    const { id } = await add();
    const { deliver } = deliveryOf();
    const sent = await webhooks.ping(admin, id);
    await deliver(sent.id);
    await webhooks.ping(admin, id);
    expect(await store.webhooks.prune({ delivered: 30, dead: 90 })).toBe(0);
    await database.db.execute(sql`update webhook_deliveries set settled_at = settled_at - interval '31 days'`);
    expect(await store.webhooks.prune({ delivered: 30, dead: 90 })).toBeGreaterThanOrEqual(1);
    expect((await webhooks.get(admin, id)).deliveries).toMatchObject({ pending: 1, delivered: 0 });
  });

  test('the queue brings each delivery to be sent, again after a failure, and finds what it lost', async () => {
    const { id } = await add();
    const delivery = deliveryOf({ backoff: [0.2, 0.2] });
    await delivery.fanOut([await happen()]);
    let answers = 0;
    receiver.behaviour.answer = (res) => {
      answers += 1;
      res.writeHead(answers === 1 ? 500 : 200).end();
    };
    const ran: string[] = [];
    const chore = { cron: '0 0 1 1 *', run: async () => ran.push('upkeep') };
    await jobs.start({ deliver: delivery.deliver, curate: async () => undefined, chores: { upkeep: chore } });
    await eventually(
      async () => expect(ran).toEqual(['upkeep']),
      () => jobs.run('upkeep'),
    );
    expect(receiver.received).toHaveLength(0);
    // The first was made before the queue was open: its row is what is owed, and the sweep finds it.
    await delivery.recover();
    await eventually(async () => expect(await rowOf(id)).toMatchObject({ status: 'delivered', attempts: 2 }));
    await webhooks.ping(admin, id);
    await eventually(async () => expect((await webhooks.get(admin, id)).deliveries.delivered).toBe(2));
    await expect(
      store.transaction(async (tx) => {
        const payload = {};
        const test = await tx.webhooks.addTest({ id: randomUUID(), teamId: world.team.id, webhookId: id, payload });
        await tx.jobs.enqueue([{ deliveryId: test.id }]);
        throw new Error('change of mind');
      }),
    ).rejects.toThrow('change of mind');
    await webhooks.ping(admin, id);
    await eventually(async () => expect((await webhooks.get(admin, id)).deliveries.delivered).toBe(3));
    expect(receiver.received).toHaveLength(4);
  });
});

function never(): never {
  throw new Error('Nothing was received');
}

async function eventually(
  check: () => Promise<void>,
  first: () => Promise<void> = async () => undefined,
): Promise<void> {
  await first();
  for (const startedAt = Date.now(); ; await sleep(20)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() - startedAt > 20_000) throw error;
    }
  }
}
