/**
 * The store as the application sees it: one record of verbs per aggregate, over one database handle.
 * Promised by every implementation, so that no verb can forget it:
 * - inside `transaction` the callback's `tx` is the only handle; nested calls join it;
 * - events take the session's next `seq` under its row lock, in the same transaction, without gaps;
 * - watchers are nudged after commit only, once;
 * - every mutation carries its guard: zero rows is CONFLICT ("the world moved on"), never a silent success.
 * A session-level write locks the session's row first, tasks and attempts after it, so transactions never cross.
 */
import type { Actor, Role } from '../domain/actor.ts';
import type { Agent } from '../domain/agent.ts';
import type { Ask, AskAnswer, AskStatus } from '../domain/ask.ts';
import type { Attempt, AttemptStatus, FailureClass } from '../domain/attempt.ts';
import type { Checkpoint, CheckpointReason, CheckpointState } from '../domain/checkpoint.ts';
import type { EventType, TimelineEvent } from '../domain/events.ts';
import type { Metrics, Usage } from '../domain/metrics.ts';
import type { Attention, PendingCommand, Session, SessionStatus } from '../domain/session.ts';
import type { Dependency, Task, TaskStatus } from '../domain/task.ts';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
}
export interface PageRequest {
  cursor?: string | undefined;
  limit: number;
}

export interface Team {
  id: string;
  name: string;
  slug: string;
  active: boolean;
  maxActiveSessions: number;
  tokensPerMonth: number;
  maxParallelAttempts: number;
  version: number;
  createdAt: Date;
}
export interface User {
  id: string;
  email: string;
  name: string;
  passwordHash: string | null;
  disabledAt: Date | null;
  createdAt: Date;
}
export interface Membership {
  teamId: string;
  userId: string;
  role: Role;
}
export interface LoginSession {
  id: string;
  userId: string;
  teamId: string;
  userAgent: string | null;
  address: string | null;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
}
export interface ApiToken {
  id: string;
  teamId: string;
  userId: string;
  name: string;
  prefix: string;
  scopes: string[];
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
}
export interface Repository {
  id: string;
  teamId: string;
  version: number;
  name: string;
  source: string;
  kind: 'path' | 'url';
  baseBranch: string;
  setup: string[];
  verify: string[];
  createdBy: string | null;
  createdAt: Date;
}
export interface InjectedPrompt {
  id: string;
  teamId: string;
  sessionId: string;
  taskId: string | null;
  attemptId: string | null;
  text: string;
  remoteMessageId: string;
  remotePartId: string;
  createdBy: string | null;
  createdAt: Date;
  deliveredAt: Date | null;
}
export interface RoutingDecision {
  id: string;
  teamId: string;
  sessionId: string;
  taskId: string;
  attemptId: string | null;
  selectedAgentId: string | null;
  sentence: string;
  candidates: unknown[];
  createdAt: Date;
}
/** A dependency as stored; `fromTaskId` is the prerequisite. */
export interface StoredEdge {
  id: string;
  fromTaskId: string;
  toTaskId: string;
  type: Dependency['type'];
  required: boolean;
  lagSeconds: number;
}
/** An ask with the names a list shows. */
export type AskRow = Ask & {
  sessionSlug: string;
  sessionTitle: string;
  taskTitle: string;
  sessionCreatedBy: string | null;
};
/** An event to append; `actor` says who did it, `dedupe` makes a repeated telling harmless. */
export interface EventInput {
  type: EventType;
  payload: Record<string, unknown>;
  actor: Actor;
  dedupe?: string | undefined;
}
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
}
export interface TaskMove {
  taskId: string;
  sessionId: string;
  from: readonly TaskStatus[];
  to: TaskStatus;
  reason: string | null;
  actor: Actor;
  /** When given, the session's epoch must be this one. */
  epoch?: number | undefined;
  patch?:
    | Partial<
        Pick<
          Task,
          | 'agentId'
          | 'attemptCount'
          | 'notBefore'
          | 'proof'
          | 'mergedCommit'
          | 'result'
          | 'error'
          | 'readyAt'
          | 'startedAt'
          | 'endedAt'
          | 'estimate'
        >
      >
    | undefined;
}
export interface AttemptGuard {
  epoch: number;
  status?: readonly AttemptStatus[] | undefined;
}
export type AttemptPatch = Partial<
  Pick<
    Attempt,
    | 'status'
    | 'worktree'
    | 'baseCommit'
    | 'setupDone'
    | 'summary'
    | 'taskCommit'
    | 'mergedCommit'
    | 'bundle'
    | 'evidence'
    | 'usage'
    | 'calls'
    | 'callErrors'
    | 'cutOff'
    | 'failure'
    | 'error'
    | 'endedAt'
    | 'retiredAt'
  >
>;
export interface SessionFilter {
  status?: readonly SessionStatus[] | undefined;
  type?: readonly string[] | undefined;
  priority?: readonly number[] | undefined;
  attention?: readonly Attention[] | undefined;
  tag?: readonly string[] | undefined;
  createdBy?: string | undefined;
  q?: string | undefined;
  sort?: 'newest' | 'oldest' | 'priority' | 'attention' | undefined;
  deleted?: boolean | undefined;
}
export interface AuditInput {
  teamId: string;
  actor: Actor;
  action: string;
  subject: { kind: string; id: string };
  before?: unknown;
  after?: unknown;
  reason?: string | undefined;
  requestId?: string | undefined;
}
export interface AuditEntry {
  number: number;
  at: Date;
  actor: { kind: string; id: string | null };
  action: string;
  subject: { kind: string; id: string };
  before: unknown;
  after: unknown;
  reason: string | null;
  requestId: string | null;
  hash: string;
}
export interface ModelCall {
  teamId: string;
  sessionId: string;
  attemptId: string;
  provider: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  costUsd: number | null;
  latencyMs: number;
  status: number;
  errorClass: FailureClass | null;
}

export interface Aggregates {
  teams: {
    create(team: { id: string; name: string; slug: string }): Promise<Team>;
    get(id: string): Promise<Team | null>;
    /** Takes the team's row lock: quota and running numbers are judged under it. */
    lock(id: string): Promise<Team>;
    /** Next running number of the team; call under `lock`. */
    nextSessionNumber(id: string): Promise<number>;
    list(): Promise<Team[]>;
  };
  users: {
    count(): Promise<number>;
    /** Lets no other transaction add a user until this one ends: whether there is one is judged under it. */
    lockAll(): Promise<void>;
    create(user: { id: string; email: string; name: string; passwordHash: string | null }): Promise<User>;
    get(id: string): Promise<User | null>;
    byEmail(email: string): Promise<User | null>;
    addMembership(membership: Membership): Promise<void>;
    memberships(userId: string): Promise<(Membership & { teamName: string; teamSlug: string })[]>;
    setPassword(userId: string, hash: string): Promise<void>;
  };
  logins: {
    create(login: {
      id: string;
      userId: string;
      teamId: string;
      tokenHash: string;
      userAgent: string | null;
      address: string | null;
      expiresAt: Date;
    }): Promise<void>;
    /** The living login of a token (not revoked, not expired, not idle past `idleSeconds`), touching lastSeenAt at most once a minute. */
    byTokenHash(hash: string, idleSeconds: number): Promise<LoginSession | null>;
    revoke(id: string): Promise<void>;
    revokeOthers(userId: string, exceptId: string | null): Promise<void>;
    listFor(userId: string): Promise<LoginSession[]>;
  };
  tokens: {
    create(token: Omit<ApiToken, 'lastUsedAt' | 'createdAt'> & { tokenHash: string }): Promise<ApiToken>;
    byHash(hash: string): Promise<ApiToken | null>;
    listFor(teamId: string, userId: string | null): Promise<ApiToken[]>;
    get(teamId: string, id: string): Promise<ApiToken | null>;
    revoke(teamId: string, id: string): Promise<void>;
  };
  repositories: {
    create(repository: Omit<Repository, 'version' | 'createdAt'>): Promise<Repository>;
    /** Removed ones only when asked for: their sessions stay readable. */
    get(teamId: string, id: string, options?: { removed?: boolean }): Promise<Repository | null>;
    list(teamId: string, page: PageRequest): Promise<Page<Repository>>;
    update(
      teamId: string,
      id: string,
      patch: Partial<Pick<Repository, 'name' | 'baseBranch' | 'setup' | 'verify'>>,
      version?: number,
    ): Promise<Repository>;
    /** CONFLICT while a session on it is active. */
    remove(teamId: string, id: string): Promise<void>;
  };
  runtimes: {
    upsertEmbedded(row: { id: string; name: string }): Promise<{ id: string }>;
    setState(
      id: string,
      state: {
        state: 'starting' | 'online' | 'degraded' | 'parked' | 'offline';
        detail: string;
        softwareVersion: string | null;
        circuit: 'closed' | 'open' | 'half_open';
        parkedUntil: Date | null;
      },
    ): Promise<void>;
  };
  agents: {
    create(
      agent: Omit<Agent, 'version' | 'state' | 'tier' | 'load' | 'performance' | 'lastHeartbeatAt' | 'createdAt'>,
    ): Promise<void>;
    /** With load counted from open attempts and performance from finished ones, in this transaction. */
    list(teamId: string): Promise<Agent[]>;
    get(teamId: string, idOrName: string): Promise<Agent | null>;
    /** Row locks of the candidates, in id order: load is judged under them. */
    lockAll(teamId: string): Promise<void>;
    heartbeat(runtimeId: string): Promise<void>;
  };
  sessions: {
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
      >,
    ): Promise<Session>;
    /** By id or slug, inside the team; deleted ones only when asked for. */
    get(teamId: string, idOrSlug: string, options?: { deleted?: boolean }): Promise<Session | null>;
    /** For the engine: any team. */
    byId(id: string): Promise<Session | null>;
    /** Row lock, then the row as it is now; NOT_FOUND when it is gone. */
    lock(id: string): Promise<Session>;
    list(teamId: string, filter: SessionFilter, page: PageRequest): Promise<Page<Session>>;
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
    move(move: SessionMove): Promise<Session>;
    /** Sets attention (no-op when it already stands) with `session.attention_changed`. */
    setAttention(id: string, kind: Attention, actor: Actor): Promise<void>;
    setPendingCommand(id: string, command: PendingCommand | null, guard: SessionGuard): Promise<Session>;
    /**
     * Claims up to `limit` queued sessions (fair order: priority with ageing, then queue time), skip locked:
     * owner, epoch + 1, lease by database time, open attempts (of a paused run) re-stamped. They stay queued until the caller moves them.
     */
    claimQueued(owner: string, leaseSeconds: number, limit: number): Promise<Session[]>;
    /**
     * Takes over executing, paused-with-work-pending or claimed sessions whose lease is past (or whose owner is one of `formerOwners`):
     * owner, epoch + 1, lease; re-stamps their open attempts with the new epoch in the same transaction;
     * appends `recovery.taken_over` { from, epoch, adopted } where adopted = `runtimeLives` and an attempt was open; also takes executing
     * sessions that were released (owner null). `expired` says whether the lease had really run out.
     */
    takeOver(
      owner: string,
      leaseSeconds: number,
      formerOwners: readonly string[],
      runtimeLives: boolean,
    ): Promise<{ session: Session; previousOwner: string | null; expired: boolean }[]>;
    /** Sessions this owner holds whose lease has not run out, by database time. */
    owned(owner: string): Promise<Session[]>;
    /** Renews; answers the ids whose renewal was refused (lease lost or taken). */
    renew(owner: string, held: readonly { id: string; epoch: number }[], leaseSeconds: number): Promise<string[]>;
    release(owner: string): Promise<void>;
    /** Executing sessions past their deadline, by database time. */
    pastDeadline(): Promise<Session[]>;
  };
  tasks: {
    insertAll(
      tasks: readonly (Pick<
        Task,
        | 'id'
        | 'sessionId'
        | 'key'
        | 'parentTaskId'
        | 'title'
        | 'description'
        | 'priority'
        | 'capabilities'
        | 'technologies'
        | 'optional'
        | 'writes'
        | 'verification'
        | 'estimate'
      > & { teamId: string; position: number })[],
    ): Promise<void>;
    get(teamId: string, id: string): Promise<Task | null>;
    bySession(sessionId: string): Promise<Task[]>;
    /** One guarded statement: status, version, `task.status_changed` with its seq, outbox. */
    move(move: TaskMove): Promise<Task>;
    insertDependencies(sessionId: string, edges: readonly StoredEdge[]): Promise<void>;
    dependencies(sessionId: string): Promise<StoredEdge[]>;
    /** For a restored checkpoint: sets the status beside the table. Emits nothing; the caller appends `task.restored`. */
    restore(
      taskId: string,
      state: { status: TaskStatus; proof: Task['proof']; mergedCommit: string | null },
    ): Promise<void>;
  };
  attempts: {
    insert(
      attempt: Pick<
        Attempt,
        | 'id'
        | 'teamId'
        | 'sessionId'
        | 'taskId'
        | 'number'
        | 'epoch'
        | 'agentId'
        | 'runtimeId'
        | 'remoteSessionId'
        | 'remoteMessageId'
        | 'remotePartId'
        | 'prompt'
        | 'system'
        | 'model'
      >,
    ): Promise<Attempt>;
    get(id: string): Promise<Attempt | null>;
    byTask(taskId: string): Promise<Attempt[]>;
    bySession(sessionId: string): Promise<Attempt[]>;
    byRemoteSession(remoteSessionId: string): Promise<Attempt | null>;
    /** Guarded by the attempt's own epoch AND the session's current one: a zombie's write finds no row. */
    update(id: string, patch: AttemptPatch, guard: AttemptGuard): Promise<Attempt>;
    countOpen(teamId: string): Promise<number>;
    /** Adds one to the failures served for this step of the rehearsal script; answers the new count. */
    countRehearsalFailure(id: string, step: number): Promise<number>;
    /** Notes that an ended attempt's worktree is gone and where its unlanded work was bundled. */
    markRetired(id: string, bundle: string | null): Promise<void>;
    /** Worktrees of ended attempts that still stand. */
    unretired(sessionId: string | null): Promise<Attempt[]>;
  };
  routing: {
    insert(decision: Omit<RoutingDecision, 'createdAt'>): Promise<void>;
    byTask(taskId: string): Promise<RoutingDecision[]>;
  };
  checkpoints: {
    /** Takes the session's next sequence, never reused; prunes to the newest 100. Appends `checkpoint.created`. */
    create(
      checkpoint: {
        id: string;
        teamId: string;
        sessionId: string;
        reason: CheckpointReason;
        commit: string | null;
        state: CheckpointState;
      },
      actor: Actor,
    ): Promise<Checkpoint>;
    list(sessionId: string): Promise<Checkpoint[]>;
    get(sessionId: string, sequence: number): Promise<(Checkpoint & { state: CheckpointState }) | null>;
    latest(sessionId: string): Promise<Checkpoint | null>;
    undoAfter(sessionId: string, sequence: number): Promise<void>;
  };
  asks: {
    /** Answers the ask and whether it is new; the same remote ask of the same attempt is stored once. */
    open(
      ask: Omit<Ask, 'status' | 'answer' | 'answeredBy' | 'answeredAt' | 'deliveredAt' | 'openedAt'>,
    ): Promise<{ ask: Ask; opened: boolean }>;
    get(teamId: string, id: string): Promise<Ask | null>;
    list(
      teamId: string,
      filter: { status?: readonly AskStatus[] | undefined; sessionId?: string | undefined },
      page: PageRequest,
    ): Promise<Page<AskRow>>;
    openOf(sessionId: string): Promise<Ask[]>;
    /** Guarded by status open or escalated: the second answer is CONFLICT. */
    answer(id: string, answer: AskAnswer, answeredBy: string | null): Promise<Ask>;
    /** Moves open ones of an attempt (or one ask) to superseded or expired; answers those moved. */
    close(where: { attemptId: string } | { id: string }, status: 'superseded' | 'expired'): Promise<Ask[]>;
    undelivered(sessionId: string): Promise<Ask[]>;
    markDelivered(id: string): Promise<void>;
    /** Past SLA and still open → escalated; answers those moved. */
    escalateDue(): Promise<Ask[]>;
    expiryDue(): Promise<Ask[]>;
    /** Answers given "for this session" that a later equal ask may use: permission + patterns. */
    sessionRules(sessionId: string): Promise<{ permission: string; patterns: string[] }[]>;
  };
  prompts: {
    insert(prompt: Omit<InjectedPrompt, 'createdAt' | 'deliveredAt'>): Promise<InjectedPrompt>;
    pending(sessionId: string): Promise<InjectedPrompt[]>;
    all(sessionId: string): Promise<InjectedPrompt[]>;
    markDelivered(id: string, attemptId: string): Promise<void>;
  };
  events: {
    /**
     * Appends in order with the session's next seqs; a known `dedupe` is left out. Answers what was stored. A payload over 64 KiB is
     * stored with its long texts cut, and whole as JSON in the blob its field `blob` names.
     */
    append(sessionId: string, events: readonly EventInput[], guard?: { epoch: number }): Promise<TimelineEvent[]>;
    appendTeam(teamId: string, event: EventInput): Promise<TimelineEvent>;
    list(
      sessionId: string,
      query: {
        after: number;
        before?: number | undefined;
        types?: readonly string[] | undefined;
        limit: number;
        newestFirst?: boolean | undefined;
      },
    ): Promise<TimelineEvent[]>;
    /** The team's feed behind open transactions, so that a cursor never skips one that commits late. */
    team(
      teamId: string,
      query: { after: number; types?: readonly string[] | undefined; limit: number; newestFirst?: boolean | undefined },
    ): Promise<TimelineEvent[]>;
  };
  outbox: {
    /** Oldest committed events not yet delivered, at most `limit`; `done` removes them after delivery. */
    take(limit: number): Promise<{ ids: number[]; events: TimelineEvent[] }>;
    done(ids: readonly number[]): Promise<void>;
    size(): Promise<number>;
  };
  audit: {
    /** Next link of the team's chain, under the team's row lock. */
    append(entry: AuditInput): Promise<void>;
    list(
      teamId: string,
      query: { after: number; limit: number; subject?: { kind: string; id: string } | undefined },
    ): Promise<AuditEntry[]>;
    verify(teamId: string): Promise<{ entries: number; firstBroken: number | null }>;
  };
  modelCalls: {
    record(call: ModelCall): Promise<void>;
    /** Usage, calls and errors of one attempt as the gateway metered them. */
    ofAttempt(attemptId: string): Promise<{ usage: Usage; calls: number; errors: number }>;
    ofSession(sessionId: string): Promise<{ usage: Usage; calls: number; errors: number }>;
    /** Tokens metered for the team since the first of the month, UTC. */
    tokensThisMonth(teamId: string): Promise<number>;
  };
  metrics: {
    ofSession(
      sessionId: string,
    ): Promise<
      Omit<Metrics, 'errorRate' | 'healthy' | 'filesChanged' | 'linesAdded' | 'linesRemoved'> & { warnings: number }
    >;
    /** Figures of the whole installation for /metrics. */
    totals(): Promise<{
      sessionsByStatus: Record<string, number>;
      attemptsByStatus: Record<string, number>;
      openAsks: number;
      events: number;
      outbox: number;
      tokens: number;
      modelCalls: number;
    }>;
  };
  blobs: {
    put(teamId: string, content: string): Promise<string>;
    get(teamId: string, hash: string): Promise<string | null>;
  };
  idempotency: {
    /** `new` when this caller may go on; otherwise the stored answer, `running`, or `mismatch`. Keys live 24 h. */
    begin(
      teamId: string,
      actorId: string,
      key: string,
      bodyHash: string,
    ): Promise<{ state: 'new' | 'running' | 'mismatch' } | { state: 'done'; status: number; response: unknown }>;
    finish(teamId: string, actorId: string, key: string, status: number, response: unknown): Promise<void>;
    forget(teamId: string, actorId: string, key: string): Promise<void>;
  };
}

/** All aggregates on one open transaction. */
export type Tx = Aggregates;

export interface Store extends Aggregates {
  /** One transaction; a serialization failure or deadlock of the database is repeated at most twice. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Called after each commit that appended events. */
  onCommit(listener: () => void): () => void;
  /** Database time. */
  now(): Promise<Date>;
  ping(): Promise<void>;
}
