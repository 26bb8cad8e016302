import type { Server as HttpServer, IncomingHttpHeaders } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { OutputDelta } from '../application/ports.ts';
import type { Actor } from '../domain/actor.ts';
import type { TimelineEvent } from '../domain/events.ts';
import type { Logger } from '../log.ts';
import { createFeedHub, type Feed, type Position } from './realtime/feed-hub.ts';
import { watchHeads } from './realtime/heads.ts';
import { unwatchMessage, type WatchAnswer, watchMessage } from './realtime/messages.ts';
import { createOutlet, type Outlet } from './realtime/outlet.ts';
import { createDebounced, together, type Watcher, watchersOf } from './realtime/presence.ts';
import { createViewer, type FeedSources, type Viewer } from './realtime/viewer.ts';

export interface Credentials {
  /** The Cookie header of the handshake. */
  readonly cookie: string | null;
  /** `auth.token` of the handshake. */
  readonly token: string | null;
}

export interface RealtimeOptions extends FeedSources {
  readonly httpServer: HttpServer;
  readonly log: Logger;
  readonly authenticate: (credentials: Credentials) => Promise<Actor | null>;
  /** Whether a browser page of this origin may connect; asked only when there is an Origin. */
  readonly allowOrigin: (origin: string, headers: IncomingHttpHeaders) => boolean;
  /** Told to every client, every 15 s. */
  readonly health?: () => Promise<object> | object;
  readonly healthMs?: number;
  /** How often each connection is asked again who it is: logins and tokens expire. */
  readonly recheckMs?: number;
  /** The other instances, where there may be some. */
  readonly company?: Company;
}

/** What watchers here have to do with those on other instances. */
export interface Company {
  /** These people watch this session here, from now on. */
  watching(sessionId: string, watchers: readonly Watcher[]): void;
  watchersElsewhere(sessionId: string): readonly Watcher[];
  /** How far these feeds reach in the database. */
  heads(sessions: readonly string[], teams: readonly string[]): Promise<readonly Position[]>;
  heard(): boolean;
}

export interface Realtime {
  /** Committed events, in the order of the outbox. */
  publish(events: readonly TimelineEvent[]): void;
  /** Feeds reach this far: what is missing here is read. */
  announce(positions: readonly Position[]): void;
  output(delta: OutputDelta): void;
  /** Who watches this session elsewhere changed. */
  presence(sessionId: string): void;
  /** For Server-Sent Events: told the newest position of a feed after each commit. */
  subscribe(feed: Feed, nudge: (head: number) => void): () => void;
  /** A role, team, login or token of this user changed: its connections are judged again at once. */
  recheck(userId: string): Promise<void>;
  /** Connected clients. */
  size(): number;
  close(): void;
}

interface Client {
  readonly socket: Socket;
  readonly credentials: Credentials;
  readonly outlet: Outlet;
  readonly viewer: Viewer;
  actor: Actor;
}

/** Socket.IO on the same server: who may watch, what was missed, what is new (api.md, Socket.IO). */
export function createRealtime(options: RealtimeOptions): Realtime {
  const { httpServer, log, authenticate, allowOrigin, healthMs = 15_000, recheckMs = 60_000, company } = options;
  const onError = (error: unknown) => log.error({ err: error }, 'live feed failed');
  const hub = createFeedHub(onError);
  const clients = new Map<string, Client>();

  const io = new Server(httpServer, {
    serveClient: false,
    maxHttpBufferSize: 128 * 1024,
    // Socket.IO judges no Origin of a websocket by itself.
    allowRequest: (req, decide) => {
      const { origin } = req.headers;
      decide(null, origin === undefined || allowOrigin(origin, req.headers));
    },
  });

  io.use((socket, next) => {
    const credentials = credentialsOf(socket);
    authenticate(credentials).then(
      (actor) => {
        if (actor === null) return next(new Error('UNAUTHENTICATED'));
        socket.data.actor = actor;
        socket.data.credentials = credentials;
        next();
      },
      (error: unknown) => {
        onError(error);
        next(new Error('UNAVAILABLE'));
      },
    );
  });

  const presence = createDebounced((sessionId) => {
    const watching = [...clients.values()].filter((client) => client.viewer.watches(sessionId));
    const here = watchersOf(watching.map((client) => client.actor));
    company?.watching(sessionId, here);
    tellPresence(sessionId, here, watching);
  }, 100);

  const presenceElsewhere = createDebounced((sessionId) => {
    const watching = [...clients.values()].filter((client) => client.viewer.watches(sessionId));
    tellPresence(sessionId, watchersOf(watching.map((client) => client.actor)), watching);
  }, 100);

  function tellPresence(sessionId: string, here: readonly Watcher[], to: readonly Client[]): void {
    const watchers = together(here, company?.watchersElsewhere(sessionId) ?? []);
    for (const client of to) client.socket.emit('presence', { sessionId, watchers });
  }

  io.on('connection', (socket) => {
    const outlet = createOutlet({
      emit: (event, ...values) => socket.emit(event, ...values),
      onDrain: (listener) => socket.conn.on('drain', listener),
    });
    const viewer = createViewer({
      hub,
      sources: options,
      outlet,
      gap: (gap) => socket.emit('gap', gap),
      onError,
      onWatched: presence.touch,
    });
    const client: Client = { socket, outlet, viewer, actor: socket.data.actor, credentials: socket.data.credentials };
    clients.set(socket.id, client);
    const inTurn = createQueue(50, onError);

    socket.on('watch', (message: unknown, reply: unknown) => {
      const taken = inTurn(async () => answer(reply, await watch(client, message)));
      if (!taken) answer(reply, refusal('RATE_LIMITED', 'Too many requests at once.'));
    });
    socket.on('unwatch', (message: unknown, reply: unknown) => {
      inTurn(async () => {
        const parsed = unwatchMessage.safeParse(message ?? {});
        if (parsed.success) viewer.unwatch(parsed.data.sessions, parsed.data.team);
        answer(reply, parsed.success ? { ok: true } : refusal('INVALID', 'Send { sessions?: [id], team?: true }.'));
      });
    });
    socket.on('disconnect', () => {
      clients.delete(socket.id);
      outlet.close();
      viewer.close();
    });
    void tellHealth([client]).catch(onError);
  });

  async function watch(client: Client, message: unknown): Promise<WatchAnswer> {
    const parsed = watchMessage.safeParse(message ?? {});
    if (parsed.success) return client.viewer.watch(client.actor, parsed.data);
    const issue = parsed.error.issues[0];
    return refusal('INVALID', `${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'not valid'}`);
  }

  async function judge(client: Client): Promise<void> {
    try {
      const actor = await authenticate(client.credentials);
      if (actor === null) {
        client.socket.emit('identity', { ended: true });
        client.socket.disconnect(true);
        return;
      }
      const before = client.actor;
      client.actor = actor;
      const closed = await client.viewer.recheck(actor);
      if (closed.sessions.length > 0 || closed.team) client.socket.emit('closed', closed);
      if (standingOf(before) !== standingOf(actor)) client.socket.emit('identity', { ended: false });
    } catch (error) {
      // Who cannot be judged does not stay; the client connects again when the database answers.
      onError(error);
      client.socket.disconnect(true);
    }
  }

  async function tellHealth(to: readonly Client[]): Promise<void> {
    if (to.length === 0) return;
    const health = { at: new Date().toISOString(), ...(await options.health?.()) };
    for (const client of to) client.socket.emit('health', health);
  }

  const timers = [
    setInterval(() => void tellHealth([...clients.values()]).catch(onError), healthMs),
    setInterval(() => {
      for (const client of clients.values()) void judge(client);
    }, recheckMs),
  ];
  for (const timer of timers) timer.unref();
  const heads = company === undefined ? null : watchHeads({ hub, read: company.heads, heard: company.heard, onError });

  return {
    publish: (events) => hub.publish(events),
    announce: (positions) => hub.announce(positions),
    presence: presenceElsewhere.touch,
    output({ sessionId, taskId, attemptId, partId, text }) {
      for (const client of clients.values()) {
        if (client.viewer.watches(sessionId)) client.outlet.output({ sessionId, taskId, attemptId, partId, text });
      }
    },
    subscribe: (feed, nudge) => hub.listen(feed, (_events, head) => nudge(head)),
    async recheck(userId) {
      const theirs = [...clients.values()].filter(({ actor }) =>
        actor.kind === 'user'
          ? actor.id === userId
          : actor.kind === 'token' && (actor.userId === userId || actor.id === userId),
      );
      await Promise.all(theirs.map(judge));
    },
    size: () => clients.size,
    close() {
      for (const timer of timers) clearInterval(timer);
      presence.close();
      presenceElsewhere.close();
      heads?.stop();
      // Not io.close(): that would also close the HTTP server, which is not ours.
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

/** What somebody may do depends on these. */
function standingOf(actor: Actor): string {
  const { kind, teamId } = actor;
  return JSON.stringify([kind, teamId, 'role' in actor ? actor.role : null, 'scopes' in actor ? actor.scopes : null]);
}

function credentialsOf(socket: Socket): Credentials {
  const token: unknown = socket.handshake.auth.token;
  return {
    cookie: socket.handshake.headers.cookie ?? null,
    token: typeof token === 'string' && token !== '' ? token : null,
  };
}

function answer(reply: unknown, value: WatchAnswer | { ok: true }): void {
  if (typeof reply === 'function') reply(value);
}

function refusal(code: string, message: string): Extract<WatchAnswer, { ok: false }> {
  return { ok: false, error: { code, message } };
}

/** Runs one message of a client after the other; false when too many wait. */
function createQueue(most: number, onError: (error: unknown) => void) {
  let last = Promise.resolve();
  let waiting = 0;
  return (work: () => Promise<void>): boolean => {
    if (waiting >= most) return false;
    waiting += 1;
    last = last
      .then(work)
      .catch(onError)
      .finally(() => {
        waiting -= 1;
      });
    return true;
  };
}
