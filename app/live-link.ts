import { type LiveEvent, reviveEvent } from './live.ts';

/** Text while it streams: shown at once, gone when its stored part comes. */
export interface OutputDelta {
  readonly sessionId: string;
  readonly taskId: string;
  readonly attemptId: string;
  readonly partId: string;
  readonly text: string;
}

export interface LinkState {
  /** `idle`: nobody watches anything, so there is no connection to lose. */
  readonly kind: 'idle' | 'connecting' | 'live' | 'lost';
  readonly since: Date;
}

export interface SessionWatcher {
  /** The newest seq this page has: what comes after it is replayed. */
  after(): number;
  onEvents(batch: readonly LiveEvent[]): void;
  onOutput(delta: OutputDelta): void;
  /** Too much was missed to replay, or the link was away: load again. */
  onMissed(): void;
}

/** Told every batch of the team; an empty one means that something may have been missed while the link was away. */
export type TeamListener = (batch: readonly LiveEvent[]) => void;

/** The part of a Socket.IO client this needs. */
export interface Wire {
  readonly active: boolean;
  connect(): unknown;
  disconnect(): unknown;
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
}

/** A person who looks at a session now. */
export interface PresentWatcher {
  readonly id: string;
  readonly name: string;
}

export interface Link {
  watchSession(sessionId: string, watcher: SessionWatcher): () => void;
  watchTeam(listener: TeamListener): () => void;
  /** Told when who sits here is another than before, or nobody any more; opens no connection by itself. */
  watchIdentity(listener: () => void): () => void;
  state(): LinkState;
  /** Who watches the session, as the server told last; the same list until it tells another. */
  presence(sessionId: string): readonly PresentWatcher[];
  subscribe(listener: () => void): () => void;
}

/** The server says it is well every 15 s; this long without a word and the link counts as lost. */
export const silenceMs = 40_000;
const retryMs = 5_000;
const rememberedIds = 2_000;

const nobody: readonly PresentWatcher[] = [];

type WireEvent = Omit<LiveEvent, 'at'> & { at: string };

/**
 * One connection per tab, opened when the first watcher comes. It loses nothing: after every (re)connect each session is
 * watched again from the last seq its page has, the team from the last cursor.
 */
export function createLink(open: () => Promise<Wire>, now: () => Date = () => new Date()): Link {
  const sessions = new Map<string, Set<SessionWatcher>>();
  const team = new Set<TeamListener>();
  const identity = new Set<() => void>();
  const listeners = new Set<() => void>();
  const present = new Map<string, readonly PresentWatcher[]>();
  let state: LinkState = { kind: 'idle', since: now() };
  let wire: Wire | null = null;
  let opening = false;
  let everLive = false;
  let teamCursor: number | null = null;
  const told = new Set<string>();
  let silence: ReturnType<typeof setTimeout> | undefined;

  function become(kind: LinkState['kind']) {
    if (state.kind === kind) return;
    state = { kind, since: now() };
    for (const listener of listeners) listener();
  }

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(() => become('lost'), silenceMs);
    if (state.kind !== 'idle') become('live');
  }

  function watchAll(ids: readonly string[], withTeam: boolean) {
    if (wire === null || (ids.length === 0 && !withTeam)) return;
    const after: Record<string, number> = {};
    for (const id of ids) {
      const seqs = [...(sessions.get(id) ?? [])].map((watcher) => watcher.after());
      if (seqs.length > 0) after[id] = Math.min(...seqs);
    }
    if (withTeam && teamCursor !== null) after.team = teamCursor;
    wire.emit('watch', { sessions: ids, team: withTeam || undefined, after }, (answer: WatchAnswer) => {
      if (answer.ok && answer.team !== undefined) teamCursor ??= answer.team;
      // Refused or denied: the loader says why, and leads to the login page if it must.
      missed(answer.ok ? (answer.denied ?? []) : ids);
    });
  }

  function missed(ids: readonly string[]) {
    for (const id of ids) for (const watcher of sessions.get(id) ?? []) watcher.onMissed();
  }

  /** Role or team changed, or the login ended: the pages ask their loaders what is left to see. */
  function identified({ ended }: { ended: boolean }) {
    if (!ended) {
      // What was watched may be another team's by now, and so may be the cursor.
      teamCursor = null;
      watchAll([...sessions.keys()], team.size > 0);
    }
    for (const listener of identity) listener();
  }

  function refused({ message }: { message?: string }) {
    lost();
    if (message === 'UNAUTHENTICATED') identified({ ended: true });
  }

  function lost() {
    // Who is there is not known any more.
    present.clear();
    become('lost');
    // A refused handshake and an end by the server are not retried by the client itself.
    if (wire?.active === false) setTimeout(() => wire?.connect(), retryMs);
  }

  function connected() {
    const back = everLive;
    everLive = true;
    heard();
    watchAll([...sessions.keys()], team.size > 0);
    if (!back) return;
    missed([...sessions.keys()]);
    for (const listener of team) listener([]);
  }

  function received(batch: readonly WireEvent[]) {
    heard();
    const events = batch.map(reviveEvent);
    for (const [id, watchers] of sessions) {
      const own = events.filter((event) => event.sessionId === id);
      if (own.length > 0) for (const watcher of watchers) watcher.onEvents(own);
    }
    if (team.size === 0) return;
    // A watched session's events come by its own feed and by the team's: each is told once.
    const fresh = events.filter((event) => !told.has(event.id));
    if (fresh.length === 0) return;
    for (const { id, cursor } of fresh) {
      told.add(id);
      teamCursor = Math.max(teamCursor ?? 0, cursor);
    }
    for (const id of told) {
      if (told.size <= rememberedIds) break;
      told.delete(id);
    }
    for (const listener of team) listener(fresh);
  }

  function ensure() {
    if (wire !== null || opening) return;
    opening = true;
    become('connecting');
    void open().then(
      (opened) => {
        opening = false;
        wire = opened;
        wire.on('connect', connected);
        wire.on('disconnect', lost);
        wire.on('connect_error', refused);
        wire.on('identity', identified);
        wire.on('events', received);
        wire.on('health', heard);
        wire.on('output', (delta: OutputDelta) => {
          for (const watcher of sessions.get(delta.sessionId) ?? []) watcher.onOutput(delta);
        });
        wire.on('presence', ({ sessionId, watchers }: { sessionId: string; watchers: readonly PresentWatcher[] }) => {
          if (!sessions.has(sessionId)) return;
          present.set(sessionId, watchers);
          for (const listener of listeners) listener();
        });
        wire.on('gap', ({ sessionId }: { sessionId: string | null }) => {
          if (sessionId !== null) missed([sessionId]);
          else for (const listener of team) listener([]);
        });
        // A role or team changed: the loader says what is left to see.
        wire.on('closed', (closed: { sessions: readonly string[] }) => missed(closed.sessions));
        wire.connect();
      },
      () => {
        opening = false;
        become('lost');
        setTimeout(ensure, retryMs);
      },
    );
  }

  return {
    watchSession(sessionId, watcher) {
      const watchers = sessions.get(sessionId) ?? new Set();
      watchers.add(watcher);
      sessions.set(sessionId, watchers);
      ensure();
      if (everLive) watchAll([sessionId], false);
      return () => {
        watchers.delete(watcher);
        if (watchers.size > 0) return;
        sessions.delete(sessionId);
        present.delete(sessionId);
        wire?.emit('unwatch', { sessions: [sessionId] });
      };
    },
    watchTeam(listener) {
      team.add(listener);
      ensure();
      if (everLive && team.size === 1) watchAll([], true);
      return () => {
        team.delete(listener);
        if (team.size === 0) wire?.emit('unwatch', { team: true });
      };
    },
    watchIdentity(listener) {
      identity.add(listener);
      return () => identity.delete(listener);
    },
    state: () => state,
    presence: (sessionId) => present.get(sessionId) ?? nobody,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface WatchAnswer {
  readonly ok: boolean;
  readonly denied?: readonly string[];
  readonly team?: number;
  readonly error?: unknown;
}
