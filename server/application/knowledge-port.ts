/** The store's verbs for what a team knows: contexts, blueprints, conflicts, history; its promises stand in `store-port.ts`. */
import type { Actor } from '../domain/actor.ts';
import type { Capability } from '../domain/agent.ts';
import type { BlueprintOrigin } from '../domain/blueprint-catalogue.ts';
import type { Conflict, ConflictResolution, ConflictStatus } from '../domain/conflict.ts';
import type { Context, ContextChange, ContextData, ContextScope } from '../domain/context.ts';
import type { EventActor } from '../domain/events.ts';
import type { Page, PageRequest } from './team-port.ts';

/** One leaf as it was and as it becomes; an absent side was or is not there. */
export type LeafChange = Pick<ContextChange, 'path' | 'before' | 'after'>;

export interface ContextStore {
  /** Stores version 1 with its leaves as history. */
  create(
    context: Omit<Context, 'version' | 'createdAt' | 'updatedAt'>,
    changes: readonly LeafChange[],
    actor: Actor,
  ): Promise<Context>;
  /** Inside the team; an expired one is not found. */
  get(teamId: string, id: string): Promise<Context | null>;
  list(
    teamId: string,
    filter: {
      scope?: readonly ContextScope[] | undefined;
      sessionId?: string | undefined;
      agentId?: string | undefined;
      q?: string | undefined;
    },
    page: PageRequest,
  ): Promise<Page<Context>>;
  /** The living session-scoped contexts of a session, oldest first; the first is the one results are written to. */
  ofSession(sessionId: string): Promise<Context[]>;
  ofAgent(agentId: string): Promise<Context[]>;
  global(teamId: string): Promise<Context[]>;
  /** Row lock, then the row as it is now; NOT_FOUND when it is gone. */
  lock(teamId: string, id: string): Promise<Context>;
  /** New data, version + 1 and its changes, in one statement guarded by the version; zero rows is CONFLICT. */
  write(
    id: string,
    write: {
      version: number;
      data: ContextData;
      changes: readonly LeafChange[];
      actor: Actor;
      metadata?: Readonly<Record<string, unknown>> | undefined;
      name?: string | undefined;
      scope?: ContextScope | undefined;
      expiresAt?: Date | null | undefined;
      sessionId?: string | null | undefined;
    },
  ): Promise<Context>;
  remove(teamId: string, id: string): Promise<void>;
  /** Newest first; `from` and `to` are versions, both included. */
  history(
    contextId: string,
    query: { limit: number; before?: number | undefined; from?: number | undefined; to?: number | undefined },
  ): Promise<ContextChange[]>;
  /** When each leaf of these contexts was last written. */
  writtenAt(contextIds: readonly string[]): Promise<{ contextId: string; path: string; at: Date }[]>;
  /** Gives the session's contexts their expiry, 24 h from now, when it has ended; and none when it runs again. */
  setSessionExpiry(sessionId: string, expiresAt: Date | null): Promise<void>;
  /** Removes what has expired; answers how many. */
  removeExpired(): Promise<number>;
}

export interface StoredBlueprint {
  id: string;
  teamId: string;
  key: string;
  version: string;
  name: string;
  description: string;
  yaml: string;
  checksum: string;
  origin: BlueprintOrigin;
  createdBy: string | null;
  createdAt: Date;
}

export interface BlueprintStore {
  /** CONFLICT when the team has this version of the key with another text; the same text again is the same row. */
  insert(blueprint: Omit<StoredBlueprint, 'createdAt'>): Promise<StoredBlueprint>;
  /** The newest living version of each key. */
  current(teamId: string): Promise<StoredBlueprint[]>;
  /** Every living version of a key, newest first. */
  versions(teamId: string, key: string): Promise<StoredBlueprint[]>;
  /** Takes every version of the key off the catalogue; false when there was none. */
  remove(teamId: string, key: string): Promise<boolean>;
}

export interface ConflictStore {
  insert(
    conflict: Pick<
      Conflict,
      | 'id'
      | 'teamId'
      | 'sessionId'
      | 'taskId'
      | 'attemptId'
      | 'baseCommit'
      | 'oursCommit'
      | 'theirsCommit'
      | 'files'
      | 'message'
    >,
  ): Promise<Conflict>;
  get(teamId: string, id: string): Promise<Conflict | null>;
  byId(id: string): Promise<Conflict | null>;
  ofSession(sessionId: string): Promise<Conflict[]>;
  list(
    teamId: string,
    filter: { status?: readonly ConflictStatus[] | undefined; sessionId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<Conflict & { sessionSlug: string; sessionTitle: string; taskTitle: string }>>;
  /** Guarded by the statuses it may leave; zero rows is CONFLICT. */
  move(
    id: string,
    from: readonly ConflictStatus[],
    patch: {
      status: ConflictStatus;
      resolution?: readonly ConflictResolution[] | null | undefined;
      resolvedBy?: EventActor | null | undefined;
      resolvedCommit?: string | null | undefined;
      resolvedAt?: Date | null | undefined;
    },
  ): Promise<Conflict>;
}

/** What one completed task took and wrote. */
export interface TaskRecord {
  id: string;
  teamId: string;
  repositoryId: string;
  taskId: string;
  planKey: string;
  capabilities: readonly Capability[];
  hours: number;
  tokens: number;
  costUsd: number | null;
  declared: readonly string[];
  predicted: readonly string[];
  written: readonly string[];
  at: Date;
}

export interface HistoryStore {
  /** Once per task: a second telling changes nothing. */
  record(record: Omit<TaskRecord, 'at'>): Promise<void>;
  /** The newest `limit` records of these keys, newest first; the team's, or only those of one repository. */
  ofKeys(
    teamId: string,
    keys: readonly string[],
    options: { repositoryId?: string | undefined; limitPerKey: number },
  ): Promise<TaskRecord[]>;
  /** Tokens and cost of all the team's records: what an hour of work really takes. */
  rates(teamId: string): Promise<{ hours: number; tokens: number; costUsd: number | null; records: number }>;
}
