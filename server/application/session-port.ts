/** The store's verbs for sessions and their leases; its promises stand in `store-port.ts`. */
import type { Actor } from '../domain/actor.ts';
import type { Attention, PendingCommand, Session, SessionStatus } from '../domain/session.ts';
import type { SessionSort } from '../domain/session-view.ts';
import type { Page, PageRequest } from './team-port.ts';

/** What must still be true of a row for a write to count. */
export interface SessionGuard {
  version?: number | undefined;
  /** The owner's fence: the row's epoch must be this one. */
  epoch?: number | undefined;
  status?: readonly SessionStatus[] | undefined;
}

/** Columns of a session a verb may set; status, version, seq and lease are the store's own. */
export type SessionPatch = Partial<
  Omit<
    Session,
    | 'id'
    | 'teamId'
    | 'number'
    | 'slug'
    | 'version'
    | 'status'
    | 'statusSince'
    | 'lastSeq'
    | 'owner'
    | 'epoch'
    | 'leaseExpiresAt'
    | 'progress'
    | 'health'
    | 'recoverable'
    | 'attention'
  >
>;

export interface SessionMove {
  sessionId: string;
  to: SessionStatus;
  guard: SessionGuard;
  reason: string;
  actor: Actor;
  patch?: SessionPatch | undefined;
  /** Also gives the lease back (owner null), as every move out of executing does. */
  release?: boolean | undefined;
  /** Force-complete, an operation beside the table: from any status it may start from, to completed only. */
  forced?: boolean | undefined;
}

export interface SessionFilter {
  /** None but these. */
  ids?: readonly string[] | undefined;
  status?: readonly SessionStatus[] | undefined;
  type?: readonly string[] | undefined;
  priority?: readonly number[] | undefined;
  attention?: readonly Attention[] | undefined;
  tag?: readonly string[] | undefined;
  createdBy?: string | undefined;
  repositoryId?: string | undefined;
  /** Only those that ended within the last 24 hours, by database time. */
  ended?: 'day' | undefined;
  /** Words of title, description, goal or slug, each from its beginning; or a part of title, description or slug. */
  q?: string | undefined;
  sort?: SessionSort | undefined;
  deleted?: boolean | undefined;
}

/** What a list shows of a session beside its own row. */
export interface SessionLineFigures {
  id: string;
  /** Who created it; null for a program. */
  ownerName: string | null;
  /** Also of one that was removed since. */
  repositoryName: string;
  /** What its model calls cost, in US dollars; null while a price is unknown. */
  costUsd: number | null;
  /** Names of the runtimes its open attempts are on, else of the last attempt's. */
  runtimes: string[];
}

/** Where reading a session's rows goes on: in this table, behind this key. */
export interface RecordMark {
  readonly table: string;
  readonly after: readonly string[] | null;
}

export interface SessionStore {
  /**
   * Every row that hangs on the session, table by table, as it is stored; its commits are git's. Some rows at a time, so
   * that the whole is never in memory: from the first (null) on, each answer says where the next one begins.
   */
  records(
    sessionId: string,
    from: RecordMark | null,
  ): Promise<{ table: string; rows: Record<string, unknown>[]; next: RecordMark | null }>;
  insert(
    session: Pick<
      Session,
      | 'id'
      | 'teamId'
      | 'slug'
      | 'title'
      | 'description'
      | 'prompt'
      | 'type'
      | 'priority'
      | 'repositoryId'
      | 'blueprint'
      | 'parameters'
      | 'parentId'
      | 'model'
      | 'parallelism'
      | 'autonomy'
      | 'dependencyPolicy'
      | 'maxDurationSeconds'
      | 'budget'
      | 'tags'
      | 'technologies'
      | 'preferredAgent'
      | 'preferredAgentType'
      | 'createdBy'
    > &
      Partial<Pick<Session, 'startCommit'>>,
  ): Promise<Session>;
  /** By id or slug, inside the team; deleted ones only when asked for. */
  get(teamId: string, idOrSlug: string, options?: { deleted?: boolean }): Promise<Session | null>;
  /** For the engine: any team. */
  byId(id: string): Promise<Session | null>;
  /** Row lock, then the row as it is now; NOT_FOUND when it is gone. */
  lock(id: string): Promise<Session>;
  /** By the last row's place in the order: rows that come or go meanwhile move no other to a page it was on. */
  list(teamId: string, filter: SessionFilter, page: PageRequest): Promise<Page<Session>>;
  count(teamId: string, filter: SessionFilter): Promise<number>;
  /** Of those of the team among the ids, in no order. */
  lineFigures(teamId: string, ids: readonly string[]): Promise<SessionLineFigures[]>;
  /** Counts by status and attention of the living sessions: the annunciator's and the list's figures. */
  counts(
    teamId: string,
  ): Promise<{ status: Partial<Record<SessionStatus, number>>; attention: Partial<Record<Attention, number>> }>;
  countActive(teamId: string): Promise<number>;
  ancestors(id: string): Promise<Session[]>;
  children(id: string): Promise<Session[]>;
  update(id: string, patch: SessionPatch, guard: SessionGuard): Promise<Session>;
  /**
   * One guarded statement: status, statusSince, version, `session.status_changed` with its seq, outbox; a move to completed or failed
   * appends `session.completed` or `session.failed` too. queuedAt, startedAt and endedAt follow the move by database time unless the
   * patch names them. Refused: NOT_FOUND, CONFLICT (stale guard), INVALID_TRANSITION.
   */
  move(move: SessionMove): Promise<void>;
  /** As `move`, with the session as it is then: its sixty columns and its progress cost a third of the whole, so only on demand. */
  moveAndRead(move: SessionMove): Promise<Session>;
  /** Sets attention (no-op when it already stands) with `session.attention_changed`. */
  setAttention(id: string, kind: Attention, actor: Actor): Promise<void>;
  setPendingCommand(id: string, command: PendingCommand | null, guard: SessionGuard): Promise<Session>;
  /**
   * Claims up to `limit` queued sessions in turn (deficit round robin between teams by their quota of sessions, priority with
   * ageing inside; `nextInTurn`), the turns shared by all instances, skip locked: owner, epoch + 1, lease by database time,
   * open attempts (of a paused run) re-stamped. They stay queued until the caller moves them.
   */
  claimQueued(owner: string, leaseSeconds: number, limit: number): Promise<Session[]>;
  /**
   * Takes over executing, paused-with-work-pending or claimed sessions whose lease is past (or whose owner is one of `formerOwners`):
   * owner, epoch + 1, lease; re-stamps their open attempts with the new epoch in the same transaction;
   * appends `recovery.taken_over` { from, epoch, adopted } where adopted = `runtimeLives` and an attempt of this very instance was open; also takes executing
   * sessions that were released (owner null). `expired` says whether the lease had really run out.
   */
  takeOver(
    owner: string,
    leaseSeconds: number,
    formerOwners: readonly string[],
    runtimeLives: boolean,
  ): Promise<{ session: Session; previousOwner: string | null; expired: boolean }[]>;
  /** What a turn of the engine would find, in one question: nothing of it is locked, so that an idle instance asks only this. */
  waiting(owner: string, formerOwners: readonly string[]): Promise<{ lost: boolean; queued: boolean; owned: boolean }>;
  /** Sessions this owner holds whose lease has not run out, by database time. */
  owned(owner: string): Promise<Session[]>;
  /** Renews, asking a few times within a second for rows that are being written to; answers the ids whose lease is lost or taken. */
  renew(owner: string, held: readonly { id: string; epoch: number }[], leaseSeconds: number): Promise<string[]>;
  release(owner: string): Promise<void>;
  /** Takes the session from whoever runs it: owner none, epoch + 1, its open attempts re-stamped; every late write finds no row. */
  raiseEpoch(id: string): Promise<Session>;
  /** Executing sessions past their deadline, by database time. */
  pastDeadline(): Promise<Session[]>;
}
