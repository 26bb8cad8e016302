/** The store's verbs for what is told and counted: events, audit, model calls; its promises stand in `store-port.ts`. */

import type { Actor } from '../domain/actor.ts';
import type { FailureClass } from '../domain/attempt.ts';
import type { AuditVerdict } from '../domain/audit.ts';
import type { EventType, TimelineEvent } from '../domain/events.ts';
import type { Metrics, Usage } from '../domain/metrics.ts';
import type { OutputLine } from '../domain/output-search.ts';
import type { Page, PageRequest } from './team-port.ts';

/** An event to append; `actor` says who did it, `dedupe` makes a repeated telling harmless. */
export interface EventInput {
  type: EventType;
  payload: Record<string, unknown>;
  actor: Actor;
  dedupe?: string | undefined;
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
  previousHash: string;
  hash: string;
}

/** The last entry retention has cut; the chain begins behind it. */
export interface AuditAnchor {
  number: number;
  hash: string;
  cutAt: Date;
}

/** What an entry must be like; every field that is said holds. */
export interface AuditFilter {
  /** The whole action, or its noun: `token` finds `token.created`. */
  action?: string | undefined;
  /** Id or kind of who acted. */
  actor?: string | undefined;
  /** Id or kind of what was acted on. */
  subject?: string | undefined;
  /** At or after. */
  from?: Date | undefined;
  /** Before. */
  to?: Date | undefined;
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

export interface EventStore {
  /** Lines of a session's output that have the words, A to Z in either case; the newest part first, in it from the top. */
  searchOutput(sessionId: string, words: string, limit: number): Promise<OutputLine[]>;
  /** How far each of these feeds reaches: the last seq of a session, the last cursor of a team nothing can come before. */
  heads(
    sessions: readonly string[],
    teams: readonly string[],
  ): Promise<{ feed: { sessionId: string } | { teamId: string }; head: number }[]>;
  /**
   * Appends in order with the session's next seqs; a known `dedupe` is left out. Answers what was stored. A payload over 64 KiB is
   * stored with its long texts cut, and whole as JSON in the blob its field `blob` names.
   */
  append(sessionId: string, events: readonly EventInput[], guard?: { epoch: number }): Promise<TimelineEvent[]>;
  /**
   * Appends as `append` does, for what comes in great number: tellings of many sessions share a transaction. Resolves when
   * stored; waits at most 20 ms before its write begins. Inside a transaction it is `append`.
   */
  collect(sessionId: string, events: readonly EventInput[], guard?: { epoch: number }): Promise<void>;
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
  /** How many of these types a session has. */
  count(sessionId: string, types: readonly string[]): Promise<number>;
  /** The team's feed behind open transactions, so that a cursor never skips one that commits late. */
  team(
    teamId: string,
    query: {
      after: number;
      before?: number | undefined;
      sessionId?: string | undefined;
      types?: readonly string[] | undefined;
      limit: number;
      newestFirst?: boolean | undefined;
    },
  ): Promise<TimelineEvent[]>;
}

export interface OutboxStore {
  /** Oldest committed events not yet delivered, at most `limit`; `done` removes them after delivery. */
  take(limit: number): Promise<{ ids: number[]; events: TimelineEvent[] }>;
  done(ids: readonly number[]): Promise<void>;
  size(): Promise<number>;
}

export interface AuditStore {
  /** null: the chain is there from its first entry. */
  anchor(teamId: string): Promise<AuditAnchor | null>;
  /**
   * Cuts every entry before the first one that is not older than `before`, but never the last, and leaves an anchor.
   * null: there is none to cut.
   */
  cut(teamId: string, before: Date): Promise<{ number: number; hash: string; entries: number } | null>;
  /** Next link of the team's chain, under the team's row lock. */
  append(entry: AuditInput): Promise<void>;
  list(
    teamId: string,
    query: { after: number; limit: number; subject?: { kind: string; id: string } | undefined },
  ): Promise<AuditEntry[]>;
  /** Newest first. Its pages stay the same while entries are added. */
  search(teamId: string, filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>>;
  /** Reads the whole chain anew: how many entries are whole from the first on, and the number of the first broken one. */
  verify(teamId: string): Promise<AuditVerdict>;
  /** Keeps what the last reading found. */
  noteCheck(teamId: string, verdict: AuditVerdict): Promise<void>;
  lastCheck(teamId: string): Promise<(AuditVerdict & { at: Date }) | null>;
}

export interface ModelCallStore {
  record(call: ModelCall): Promise<void>;
  /** A call that went past the gateway; told again under the same key it is not counted twice. */
  report(call: ModelCall & { key: string }): Promise<void>;
  /** Usage, calls and errors of one attempt as they were metered; `reported` of them by the runtime itself. */
  ofAttempt(attemptId: string): Promise<{ usage: Usage; calls: number; errors: number; reported: number }>;
  ofSession(sessionId: string): Promise<{ usage: Usage; calls: number; errors: number }>;
  /** Tokens metered for the team since the first of the month, UTC. */
  tokensThisMonth(teamId: string): Promise<number>;
}

export interface MetricStore {
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
}

export interface BlobStore {
  put(teamId: string, content: string): Promise<string>;
  get(teamId: string, hash: string): Promise<string | null>;
}

export type KeyState =
  | { state: 'new' | 'mismatch' }
  | { state: 'running'; elsewhere: boolean }
  | { state: 'done'; status: number; response: unknown };

export interface IdempotencyStore {
  /**
   * `new` when this caller may go on; otherwise the stored answer, `mismatch`, or `running`: elsewhere when it is another
   * instance's and that one is alive. Keys live 24 h. `runner` is the life of the instance that asks.
   */
  begin(teamId: string, actorId: string, key: string, bodyHash: string, runner: string): Promise<KeyState>;
  finish(teamId: string, actorId: string, key: string, status: number, response: unknown): Promise<void>;
  forget(teamId: string, actorId: string, key: string): Promise<void>;
  /** Removes those past their day; answers how many. */
  prune(): Promise<number>;
}
