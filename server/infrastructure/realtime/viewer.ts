import { type Actor, can } from '../../domain/actor.ts';
import { DomainError, errorCodeOf } from '../../domain/errors.ts';
import type { TimelineEvent } from '../../domain/events.ts';
import type { FeedHub } from './feed-hub.ts';
import { createFeedReader, type FeedReader } from './feed-reader.ts';
import type { WatchAnswer, WatchMessage } from './messages.ts';
import type { Outlet } from './outlet.ts';

/** Where the stored truth is read. None of these judge permission but `mayRead`. */
export interface FeedSources {
  /** The session as this actor may see it, or null (unknown, another team's, or not allowed). */
  mayRead(actor: Actor, sessionId: string): Promise<{ id: string; lastSeq: number } | null>;
  /** `teamId` is whose watcher reads: the database shows it nothing else. */
  readEvents(sessionId: string, after: number, limit: number, teamId: string | null): Promise<readonly TimelineEvent[]>;
  readTeam(teamId: string, after: number, limit: number): Promise<readonly TimelineEvent[]>;
  /** The newest cursor of the team that nothing can come before any more. */
  teamHead(teamId: string): Promise<number>;
}

export interface ViewerOptions {
  readonly hub: FeedHub;
  readonly sources: FeedSources;
  readonly outlet: Outlet;
  readonly gap: (gap: { sessionId: string | null; from: number; to: number }) => void;
  readonly onError: (error: unknown) => void;
  readonly onWatched: (sessionId: string) => void;
}

export interface Viewer {
  watch(actor: Actor, message: WatchMessage): Promise<WatchAnswer>;
  unwatch(sessions: readonly string[], team: boolean): void;
  watches(sessionId: string): boolean;
  /** Judges every watch again, with nothing sent meanwhile; answers what was closed. */
  recheck(actor: Actor): Promise<{ sessions: string[]; team: boolean }>;
  close(): void;
}

const mostWatched = 500;

/** What one connected client watches. */
export function createViewer(options: ViewerOptions): Viewer {
  const { hub, sources, outlet, gap, onError, onWatched } = options;
  const sessions = new Map<string, Watch>();
  let team: (Watch & { teamId: string }) | null = null;
  let held = false;
  const full = () => held || outlet.full();

  const resume = () => {
    for (const { reader } of sessions.values()) reader.resume();
    team?.reader.resume();
  };
  outlet.onReady(resume);

  function openSession(id: string, teamId: string | null): Watch {
    const reader = createFeedReader({
      kind: 'session',
      read: (after, limit) => sources.readEvents(id, after, limit, teamId),
      emit: (events) => outlet.events(id, events),
      gap: (from, to) => gap({ sessionId: id, from, to }),
      full,
      onError,
    });
    return { reader, stop: hub.listen({ sessionId: id }, reader.offer) };
  }

  function openTeam(teamId: string): Watch & { teamId: string } {
    const reader = createFeedReader({
      kind: 'team',
      read: (after, limit) => sources.readTeam(teamId, after, limit),
      emit: (events) => outlet.events('team', events),
      gap: (from, to) => gap({ sessionId: null, from, to }),
      full,
      onError,
    });
    return { teamId, reader, stop: hub.listen({ teamId }, reader.offer) };
  }

  function drop(id: string): void {
    const watch = sessions.get(id);
    if (watch === undefined) return;
    close(watch);
    sessions.delete(id);
    onWatched(id);
  }

  function dropTeam(): void {
    if (team !== null) close(team);
    team = null;
  }

  return {
    async watch(actor, message) {
      const wanted = [...new Set(message.sessions)];
      if (new Set([...sessions.keys(), ...wanted]).size > mostWatched) {
        return refusal(new DomainError('INVALID', `At most ${mostWatched} sessions can be watched at once.`));
      }
      const starts: (() => void)[] = [];
      const answer = { ok: true as const, sessions: {} as Record<string, number>, denied: [] as string[] };
      try {
        for (const asked of wanted) {
          // Listening begins before the position is read, so that nothing published in between is missed.
          const known = sessions.get(asked);
          const watch = known ?? openSession(asked, teamOf(actor));
          const found = await readable(sources, actor, asked).catch((error: unknown) => {
            if (known === undefined) close(watch);
            throw error;
          });
          if (found === null || found.id !== asked) {
            if (known === undefined) close(watch);
            else drop(asked);
            answer.denied.push(asked);
            continue;
          }
          sessions.set(asked, watch);
          answer.sessions[asked] = found.lastSeq;
          const after = message.after[asked];
          // A client ahead of the database has seen what a restored backup no longer has: it must load.
          if (after !== undefined && after > found.lastSeq)
            starts.push(() => gap({ sessionId: asked, from: 1, to: found.lastSeq }));
          const from = Math.min(after ?? found.lastSeq, found.lastSeq);
          if (known === undefined || after !== undefined) starts.push(() => watch.reader.start(from, found.lastSeq));
          if (known === undefined) starts.push(() => onWatched(asked));
        }
        if (!message.team) return withStarts(answer, starts);
        const teamId = teamOf(actor);
        if (teamId === null || !can(actor, 'read', { teamId, resource: 'sessions' })) {
          dropTeam();
          return withStarts({ ...answer, denied: [...answer.denied, 'team'] }, starts);
        }
        if (team !== null && team.teamId !== teamId) dropTeam();
        const watch = team ?? openTeam(teamId);
        const fresh = team === null;
        team = watch;
        const head = await sources.teamHead(teamId);
        const after = message.after.team;
        if (fresh || after !== undefined) starts.push(() => watch.reader.start(Math.min(after ?? head, head), head));
        return withStarts({ ...answer, team: head }, starts);
      } catch (error) {
        onError(error);
        return refusal(error);
      }
    },
    unwatch(ids, withTeam) {
      for (const id of ids) drop(id);
      if (withTeam) dropTeam();
    },
    watches: (id) => sessions.has(id),
    async recheck(actor) {
      held = true;
      const closed: string[] = [];
      const hadTeam = team !== null;
      try {
        for (const id of [...sessions.keys()]) {
          if ((await readable(sources, actor, id)) !== null) continue;
          drop(id);
          closed.push(id);
        }
        const teamId = teamOf(actor);
        if (team !== null && (team.teamId !== teamId || !can(actor, 'read', { teamId, resource: 'sessions' })))
          dropTeam();
      } finally {
        held = false;
      }
      resume();
      return { sessions: closed, team: hadTeam && team === null };
    },
    close() {
      for (const id of [...sessions.keys()]) drop(id);
      dropTeam();
    },
  };
}

interface Watch {
  readonly reader: FeedReader;
  readonly stop: () => void;
}

function close(watch: Watch): void {
  watch.stop();
  watch.reader.close();
}

// The answer goes out before the first event; `starts` runs once it is on its way.
function withStarts<A extends object>(answer: A, starts: readonly (() => void)[]): A {
  setImmediate(() => {
    for (const start of starts) start();
  });
  return answer;
}

async function readable(
  sources: FeedSources,
  actor: Actor,
  id: string,
): Promise<{ id: string; lastSeq: number } | null> {
  try {
    return await sources.mayRead(actor, id);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'NOT_FOUND' || code === 'FORBIDDEN') return null;
    throw error;
  }
}

function refusal(error: unknown): WatchAnswer {
  const code = errorCodeOf(error);
  const message = code !== null && error instanceof Error ? error.message : 'The events cannot be read now.';
  return { ok: false, error: { code: code ?? 'UNAVAILABLE', message } };
}

function teamOf(actor: Actor): string | null {
  return actor.teamId;
}
