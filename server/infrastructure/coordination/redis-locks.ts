import { randomUUID } from 'node:crypto';
import type { FairLocks, FenceStore, Grant, LockRequest } from '../../application/coordination-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { deadlockSentence, findDeadlock, lockNames, lockPriority, type WaitEdge } from '../../domain/lock.ts';
import type { Logger } from '../../log.ts';
import { openRedis } from './redis-connection.ts';
import { createHoldings } from './redis-holdings.ts';
import { lockScripts } from './redis-lock-scripts.ts';
import { forcedOf, resourcesIn, snapshotOf } from './redis-lock-snapshot.ts';
import { openTurn, type Turn } from './turn.ts';

const usualTtlMs = 10_000;
const usualWaitMs = 30_000;
/** Who was woken has so long to say that it is there; else the next one is. */
const confirmMs = 5_000;
/** A command without an answer for so long has failed. What it was about has its own time: this only frees the caller. */
const answerMs = 5_000;
/** A command that did not come through is tried again so soon. */
const againMs = 250;
/** So many waiters are renewed in one script: a longer one would hold up the hand-overs. */
const tendAtOnce = 50;

interface Wait {
  readonly id: string;
  readonly owner: string;
  readonly names: readonly string[];
  readonly priority: number;
  readonly ttlMs: number;
  readonly nested: boolean;
  turn: Turn;
  /** The server's moment, kept over everything that makes it queue again. */
  arrival: string;
}

export interface RedisLocksOptions {
  url: string;
  log: Logger;
  fences: Pick<FenceStore, 'raise' | 'current'>;
  prefix?: string;
  /** A waiter whose process is not heard of for so long counts as gone. */
  waitTtlMs?: number;
}

/** The locks of several processes, kept by one Redis (engine.md 5). Losing it delays; what is written is fenced by the database. */
export function createRedisLocks(options: RedisLocksOptions): FairLocks {
  const { url, log, fences, prefix = 'oio:{locks}:', waitTtlMs = 10_000 } = options;
  const commands = openRedis(url, { log, name: 'locks', use: 'commands', answerWithinMs: answerMs });
  const subscriber = openRedis(url, { log, name: 'lock-turns', use: 'subscriptions' });
  const run = lockScripts(commands, prefix);
  const holdings = createHoldings(run, log);
  const node = randomUUID();
  const channel = `${prefix}to:${node}`;
  const waits = new Map<string, Wait>();
  const flows = new Map<string, number>();
  let listening = subscriber.subscribe(channel);
  let timer: { at: number; handle: NodeJS.Timeout } | null = null;
  let closed = false;
  listening.catch(() => undefined);

  subscriber.on('message', (_channel: string, message: string) => {
    const [kind = '', id = ''] = message.split(' ', 2);
    if (kind === 'granted') waits.get(id)?.turn.arrive();
    if (kind === 'forced') holdings.lose(id, 'an admin released it');
    if (kind === 'deadlock') refuse(id, JSON.parse(message.slice(kind.length + id.length + 2)) as WaitEdge[]);
  });
  // What was said during an outage was said to nobody.
  subscriber.on('ready', () => {
    listening = subscriber.subscribe(channel);
    listening.then(tend, () => undefined);
  });
  commands.on('ready', () => {
    holdings.check();
    void tend();
  });

  function refuse(id: string, cycle: WaitEdge[]): void {
    waits.get(id)?.turn.refuse(new DomainError('DEADLOCK', deadlockSentence(cycle), { details: { cycle } }));
  }

  function count(owner: string, by: 1 | -1): void {
    const now = (flows.get(owner) ?? 0) + by;
    if (now > 0) flows.set(owner, now);
    else flows.delete(owner);
  }

  /** The next look: before our waiters count as gone, and when somebody they wait for may. Nothing else is polled. */
  function plan(inMs: number): void {
    if (closed || waits.size === 0) return;
    const at = performance.now() + inMs;
    if (timer !== null && timer.at <= at) return;
    clearTimeout(timer?.handle);
    timer = { at, handle: setTimeout(() => void tend(), inMs) };
  }
  const untilNews = (news: number) => (news < 0 ? waitTtlMs / 3 : Math.min(waitTtlMs / 3, news + 2));

  async function enter(wait: Wait): Promise<void> {
    const { id, owner, names, priority, ttlMs, nested, arrival } = wait;
    try {
      await listening;
      const confirm = Math.min(confirmMs, ttlMs);
      const answer = await run(
        'lockEnter',
        id,
        owner,
        node,
        JSON.stringify(names),
        priority,
        arrival,
        waitTtlMs,
        confirm,
        nested ? '1' : '0',
      );
      const [held, came, circles, news] = answer as [number, string, number, number];
      wait.arrival = came;
      if (!waits.has(id)) await leave(wait);
      else if (held === 1) wait.turn.arrive();
      else {
        wait.turn.queued();
        if (circles === 1) await breakCircles();
        plan(untilNews(news));
      }
    } catch {
      // The connection tells of its outage itself; the next look finds the request forgotten and queues it.
      wait.turn.queued();
      plan(againMs);
    }
  }

  async function tend(): Promise<void> {
    clearTimeout(timer?.handle);
    timer = null;
    const ids = [...waits.keys()].filter((id) => !holdings.has(id));
    try {
      for (let from = 0; from < ids.length; from += tendAtOnce) {
        const some = ids.slice(from, from + tendAtOnce).filter((id) => waits.has(id));
        const nested = some.some((id) => waits.get(id)?.nested);
        const answer = await run('lockTend', waitTtlMs, nested ? '1' : '0', ...some);
        const [news, circles, granted, forgotten] = answer as [number, number, string[], string[]];
        for (const id of granted) waits.get(id)?.turn.arrive();
        // In the order they came, so that none takes what belongs to one before it.
        for (const id of forgotten) {
          const wait = waits.get(id);
          if (wait) await enter(wait);
        }
        if (circles === 1) await breakCircles();
        plan(untilNews(news));
      }
    } catch {
      plan(againMs);
    }
  }

  async function breakCircles(): Promise<void> {
    for (let found = 0; found < 16; found += 1) {
      const deadlock = findDeadlock(snapshotOf(await run('lockSnapshot'), new Map()).queues);
      if (deadlock === null) return;
      const { cycle, victim } = deadlock;
      const members = new Set(cycle.flatMap(({ waiter, blocker }) => [waiter, blocker]));
      await run('lockBreak', victim.id, JSON.stringify(cycle), ...members);
    }
  }

  async function leave({ id, names }: { id: string; names: readonly string[] }): Promise<void> {
    try {
      await run('lockLeave', id, JSON.stringify(names));
    } catch (error) {
      log.warn({ err: error, resources: names }, 'A lock could not be given back; it ends by its time');
    }
  }

  /** Says that it is there and takes its number meanwhile; null when the lock went by before both were done. */
  async function take(wait: Wait): Promise<Grant | null> {
    const { id, names, ttlMs, owner } = wait;
    const sentAt = performance.now();
    const signal = holdings.keep(id, names, ttlMs, sentAt);
    try {
      const confirmed = run('lockRenew', id, ttlMs).then(
        (gone) => (gone as string[]).length === 0,
        () => false,
      );
      const [there, fencing] = await Promise.all([confirmed, fences.raise(names, owner)]);
      // A process that was frozen meanwhile may come here before its timers tell it.
      const late = performance.now() - sentAt >= ttlMs;
      if (!there || fencing === null || late || signal.aborted) {
        log.warn(
          { resources: names, owner, there, fencing, late },
          'A turn went by before it could be taken; it is queued again',
        );
        holdings.drop(id);
        return null;
      }
      const release = async () => {
        if (!holdings.drop(id)) return;
        count(owner, -1);
        await leave(wait);
      };
      signal.addEventListener('abort', () => count(owner, -1), { once: true });
      return { resources: names, fencing, shared: true, signal, release };
    } catch (error) {
      holdings.drop(id);
      throw error;
    }
  }

  async function acquire(resources: readonly string[], request: LockRequest): Promise<Grant> {
    const { owner, ttlMs = usualTtlMs, waitMs = usualWaitMs, signal } = request;
    const names = lockNames(resources);
    const priority = lockPriority(request.priority);
    signal?.throwIfAborted();
    const until = performance.now() + waitMs;
    const turn = () => {
      const left = waitMs === 0 ? 0 : Math.max(1, until - performance.now());
      return openTurn(names, { ...request, waitMs: left }, whyNot);
    };
    count(owner, 1);
    const nested = (flows.get(owner) ?? 0) > 1;
    const wait: Wait = { id: randomUUID(), owner, names, priority, ttlMs, nested, turn: turn(), arrival: '' };
    waits.set(wait.id, wait);
    try {
      for (;;) {
        void enter(wait);
        await wait.turn.come;
        const grant = await take(wait);
        if (grant !== null) return grant;
        await leave(wait);
        wait.turn = turn();
      }
    } catch (error) {
      waits.delete(wait.id);
      count(owner, -1);
      await leave(wait);
      throw error;
    } finally {
      waits.delete(wait.id);
    }
  }

  const whyNot = () =>
    commands.status === 'ready' ? 'another one has it' : 'the Redis that orders it does not answer';

  return {
    acquire,

    async snapshot() {
      const answer = await run('lockSnapshot').catch(unavailable);
      return snapshotOf(answer, await fences.current(resourcesIn(answer)));
    },

    async forceRelease(resource) {
      const answer = await run('lockForce', resource).catch(unavailable);
      return forcedOf(answer, (await fences.current([resource])).get(resource) ?? null);
    },

    async close() {
      closed = true;
      clearTimeout(timer?.handle);
      for (const { turn } of waits.values()) turn.refuse(new DomainError('UNAVAILABLE', 'The process is stopping.'));
      const held = holdings.ids().filter(({ id }) => holdings.drop(id));
      await Promise.all(held.map(leave));
      commands.disconnect();
      subscriber.disconnect();
    },
  };
}

function unavailable(cause: unknown): never {
  throw new DomainError('UNAVAILABLE', 'The Redis that keeps the locks does not answer; try again in a moment.', {
    cause,
  });
}
