import type { CoordinationFacts } from '../../application/instance-port.ts';
import type { OutputDelta } from '../../application/ports.ts';
import type { TimelineEvent } from '../../domain/events.ts';
import type { Position } from '../realtime/feed-hub.ts';
import type { Watcher } from '../realtime/presence.ts';
import { type Bus, messagesOf } from './bus.ts';
import { createCompany } from './company.ts';

/** What an instance does with what the others tell. */
export interface CoordinatorHandlers {
  events(events: readonly TimelineEvent[]): void;
  positions(positions: readonly Position[]): void;
  output(delta: OutputDelta): void;
  nudge(): void;
  recheck(userId: string): void;
  /** The watchers of this session on other instances changed. */
  presence(sessionId: string): void;
}

/** Speaks with the other instances: whatever it carries only hurries, late or lost is never wrong. */
export interface Coordinator {
  facts(): CoordinationFacts;
  listen(handlers: CoordinatorHandlers): void;
  /** Committed events, to the watchers of the others. */
  publish(events: readonly TimelineEvent[]): void;
  output(delta: OutputDelta): void;
  /** Asks the others to look for work now. */
  nudge(): void;
  recheck(userId: string): void;
  /** These people watch this session here, from now on. */
  watching(sessionId: string, watchers: readonly Watcher[]): void;
  watchersElsewhere(sessionId: string): readonly Watcher[];
  close(): Promise<void>;
}

/** Streamed text and nudges go together for so long. */
const togetherMs = 50;
const announceMs = 5_000;
/** Sessions in one message about presence. */
const mostSessions = 1_000;
/** Streamed text that waits for its message; more is dropped, since its stored part will come. */
const mostText = 32 * 1024;

export function createCoordinator(
  bus: Bus,
  options: { announceMs?: number; ttlMs?: number; now?: () => number } = {},
): Coordinator {
  const { announceMs: every = announceMs, now = () => performance.now() } = options;
  let handlers: CoordinatorHandlers | null = null;
  const company = createCompany((sessionId) => handlers?.presence(sessionId), now, options.ttlMs);
  const here = new Map<string, readonly Watcher[]>();
  const deltas = new Map<string, OutputDelta>();
  let text = 0;
  let nudged = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  bus.onMessage((message, from) => {
    switch (message.kind) {
      case 'events':
        return handlers?.events(message.events as TimelineEvent[]);
      case 'positions':
        return handlers?.positions(message.positions);
      case 'output':
        for (const delta of message.deltas) handlers?.output(delta);
        return;
      case 'nudge':
        return handlers?.nudge();
      case 'recheck':
        return handlers?.recheck(message.userId);
      case 'watching':
        return company.heard(from, message.whole, message.sessions);
      case 'hello':
        return announce();
      case 'bye':
        return company.forget(from);
    }
  });

  function announce(): void {
    const all = [...here];
    // The first part says that it is all there is, so that what ended unheard ends there too.
    for (let at = 0; at === 0 || at < all.length; at += mostSessions) {
      const sessions = Object.fromEntries(all.slice(at, at + mostSessions)) as Record<string, Watcher[]>;
      bus.send({ kind: 'watching', whole: all.length <= mostSessions, sessions });
    }
  }

  function soon(): void {
    timer ??= setTimeout(flush, togetherMs);
  }

  function flush(): void {
    timer = undefined;
    if (deltas.size > 0) bus.send({ kind: 'output', deltas: [...deltas.values()] });
    deltas.clear();
    text = 0;
    if (nudged) bus.send({ kind: 'nudge' });
    nudged = false;
  }

  const beat = setInterval(() => {
    company.prune();
    announce();
  }, every);
  beat.unref();
  bus.send({ kind: 'hello' });

  return {
    facts() {
      if (bus.kind === 'in_process')
        return { kind: bus.kind, ok: true, detail: 'no other instance may join: REDIS_URL is not set' };
      const ok = bus.ok();
      const detail = ok
        ? 'Redis answers'
        : 'Redis is away: the instances read each other from the database, a little later';
      return { kind: bus.kind, ok, detail };
    },
    listen(given) {
      handlers = given;
    },
    publish(events) {
      for (const message of messagesOf(events)) bus.send(message);
    },
    output(delta) {
      text += delta.text.length;
      if (text > mostText) return;
      const before = deltas.get(delta.partId);
      deltas.set(delta.partId, before === undefined ? delta : { ...delta, text: before.text + delta.text });
      soon();
    },
    nudge() {
      nudged = true;
      soon();
    },
    recheck: (userId) => bus.send({ kind: 'recheck', userId }),
    watching(sessionId, watchers) {
      if (watchers.length === 0) here.delete(sessionId);
      else here.set(sessionId, watchers);
      bus.send({ kind: 'watching', whole: false, sessions: { [sessionId]: [...watchers] } });
    },
    watchersElsewhere: (sessionId) => company.watchers(sessionId),
    async close() {
      clearInterval(beat);
      clearTimeout(timer);
      if (deltas.size > 0 || nudged) flush();
      bus.send({ kind: 'bye' });
      await bus.close();
    },
  };
}
