/** The store's verbs for what agents ask of people; its promises stand in `store-port.ts`. */
import type { Ask, AskAnswer, AskStatus } from '../domain/ask.ts';
import type { AskRule, PastAsk } from '../domain/ask-rule.ts';
import type { WaitingTask } from '../domain/ask-urgency.ts';
import type { Page, PageRequest } from './team-port.ts';

/** An ask with the names a list shows. */
export type AskRow = Ask & {
  sessionSlug: string;
  sessionTitle: string;
  taskTitle: string;
  sessionCreatedBy: string | null;
  /** Who answered: a person's name, or null for a rule and while nobody has. */
  answeredByName: string | null;
};

/** An open ask with everything an inbox shows of it. */
export type InboxRow = AskRow & {
  taskKey: string;
  agentName: string;
  runtimeName: string;
  repositoryId: string;
  repositoryName: string;
  /** The session's, 0 critical to 4 deferred. */
  priority: number;
  /** Asked by a session below the attempt's own. */
  subAgent: boolean;
};

export type HistoricAsk = PastAsk & { openedAt: Date; sessionSlug: string };

/** A rule with the names a list shows. */
export type AskRuleRow = AskRule & {
  sessionSlug: string | null;
  sessionCreatedBy: string | null;
  repositoryName: string | null;
  createdByName: string | null;
};

export interface AskStore {
  /** Answers the ask and whether it is new; the same remote ask of the same attempt is stored once. */
  open(
    ask: Omit<Ask, 'status' | 'answer' | 'answeredBy' | 'answeredAt' | 'ruleId' | 'deliveredAt' | 'openedAt'>,
  ): Promise<{ ask: Ask; opened: boolean }>;
  get(teamId: string, id: string): Promise<Ask | null>;
  list(
    teamId: string,
    filter: { status?: readonly AskStatus[] | undefined; sessionId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<AskRow>>;
  /** What waits, the oldest first, and how much there is beyond `limit`. */
  inbox(teamId: string, limit: number): Promise<{ items: InboxRow[]; total: number }>;
  /** Tasks of these sessions that have not ended, with the required ones each waits for. */
  waitingTasks(sessionIds: readonly string[]): Promise<(WaitingTask & { sessionId: string })[]>;
  /** Permissions of a kind asked since a moment, the newest first. */
  history(
    teamId: string,
    where: { permission: string; since: Date; sessionId?: string | undefined; repositoryId?: string | undefined },
    limit: number,
  ): Promise<HistoricAsk[]>;
  openOf(sessionId: string): Promise<Ask[]>;
  /** Guarded by status open or escalated: the second answer is CONFLICT. */
  answer(id: string, answer: AskAnswer, by: { userId: string | null; ruleId?: string | null }): Promise<Ask>;
  /** Moves open ones of an attempt (or one ask) to superseded or expired; answers those moved. */
  close(where: { attemptId: string } | { id: string }, status: 'superseded' | 'expired'): Promise<Ask[]>;
  undelivered(sessionId: string): Promise<Ask[]>;
  markDelivered(id: string): Promise<void>;
  /** Those past their SLA and not escalated, and those past their expiry, by the clock of the database. */
  overdue(): Promise<Ask[]>;
  /** Marks an open ask as escalated; null when it is open no more. */
  escalate(id: string): Promise<Ask | null>;
  /** Answers given "for this session" that a later equal ask may use: permission + patterns. */
  sessionRules(sessionId: string): Promise<{ permission: string; patterns: string[] }[]>;
}

export interface AskRuleStore {
  create(rule: Omit<AskRule, 'createdAt' | 'revokedAt' | 'useCount' | 'lastUsedAt'>): Promise<AskRule>;
  get(teamId: string, id: string): Promise<AskRule | null>;
  /** Those in force first, the newest first among each; ended and revoked ones of the last 90 days after them. */
  list(teamId: string, page: PageRequest): Promise<Page<AskRuleRow>>;
  /** Rules in force, by the clock of the database, that reach this session. */
  reaching(where: { teamId: string; permission: string; sessionId: string; repositoryId: string }): Promise<AskRule[]>;
  /** CONFLICT when it is revoked or over. */
  revoke(teamId: string, id: string): Promise<AskRule>;
  /** Counts one use. */
  use(id: string): Promise<void>;
}
