/**
 * The store as the application sees it: one record of verbs per aggregate, over one database handle.
 * Promised by every implementation, so that no verb can forget it:
 * - inside `transaction` the callback's `tx` is the only handle; nested calls join it;
 * - events take the session's next `seq` under its row lock, in the same transaction, without gaps;
 * - watchers are nudged after commit only, once;
 * - every mutation carries its guard: zero rows is CONFLICT ("the world moved on"), never a silent success.
 * A session-level write locks the session's row first, tasks and attempts after it, so transactions never cross.
 */

import type { ApprovalStore } from './approval-port.ts';
import type { AskRuleStore, AskStore } from './ask-port.ts';
import type { BudgetStore } from './budget-port.ts';
import type { FenceStore } from './coordination-port.ts';
import type { DatasetStore } from './dataset-port.ts';
import type { DrillStore } from './drill-port.ts';
import type { ExternalStore } from './external-port.ts';
import type { AgentStore, RuntimeStore } from './fleet-port.ts';
import type { InstanceStore, SessionWorkStore } from './instance-port.ts';
import type { BlueprintStore, ConflictStore, ContextStore, HistoryStore } from './knowledge-port.ts';
import type { LeftRecordStore } from './left-records-port.ts';
import type { OverviewStore } from './overview-port.ts';
import type {
  IdentityStore,
  InvitationStore,
  MemberStore,
  PasswordResetStore,
  SecondFactorStore,
} from './people-port.ts';
import type { PersonStore } from './person-port.ts';
import type {
  AuditStore,
  BlobStore,
  EventStore,
  IdempotencyStore,
  MetricStore,
  ModelCallStore,
  OutboxStore,
} from './record-port.ts';
import type { RetentionStore } from './retention-port.ts';
import type { CommentStore, MergeStore, ReviewStore } from './review-port.ts';
import type { SessionStore } from './session-port.ts';
import type { LoginStore, RepositoryStore, TeamStore, TokenStore, UserStore } from './team-port.ts';
import type { TurnStore } from './turn-port.ts';
import type { ViewStore } from './view-port.ts';
import type { JobStore, WebhookStore } from './webhook-port.ts';
import type { AttemptStore, CheckpointStore, PromptStore, RoutingStore, TaskStore } from './work-port.ts';

export interface Aggregates {
  teams: TeamStore;
  users: UserStore;
  members: MemberStore;
  invitations: InvitationStore;
  passwordResets: PasswordResetStore;
  secondFactors: SecondFactorStore;
  identities: IdentityStore;
  logins: LoginStore;
  tokens: TokenStore;
  repositories: RepositoryStore;
  runtimes: RuntimeStore;
  instances: InstanceStore;
  sessionWork: SessionWorkStore;
  agents: AgentStore;
  external: ExternalStore;
  sessions: SessionStore;
  tasks: TaskStore;
  attempts: AttemptStore;
  turns: TurnStore;
  routing: RoutingStore;
  conflicts: ConflictStore;
  contexts: ContextStore;
  blueprints: BlueprintStore;
  history: HistoryStore;
  budgets: BudgetStore;
  checkpoints: CheckpointStore;
  asks: AskStore;
  askRules: AskRuleStore;
  approvals: ApprovalStore;
  prompts: PromptStore;
  events: EventStore;
  outbox: OutboxStore;
  audit: AuditStore;
  modelCalls: ModelCallStore;
  metrics: MetricStore;
  overview: OverviewStore;
  blobs: BlobStore;
  idempotency: IdempotencyStore;
  locks: FenceStore;
  webhooks: WebhookStore;
  jobs: JobStore;
  drills: DrillStore;
  datasets: DatasetStore;
  views: ViewStore;
  retention: RetentionStore;
  leftRecords: LeftRecordStore;
  persons: PersonStore;
  comments: CommentStore;
  reviews: ReviewStore;
  merges: MergeStore;
}

/** All aggregates on one open transaction. */
export type Tx = Aggregates;

/** Whether a session is past its deadline, an ask past its SLA or expiry, a request of approval or a context over. */
export type Due = Readonly<Record<'deadlines' | 'asks' | 'approvals' | 'contexts', boolean>>;

export interface Store extends Aggregates {
  /** What the work reads and writes is of this team; on PostgreSQL the database itself lets it see nothing else. */
  inTeam<T>(teamId: string, work: () => T): T;
  /** For the few questions about all teams, and for what a request only sets off. */
  everyTeam<T>(work: () => T): T;
  /** One transaction; a serialization failure or deadlock of the database is repeated at most twice. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Called after each commit that appended events. */
  onCommit(listener: () => void): () => void;
  /** Database time. */
  now(): Promise<Date>;
  /** What of that which time alone decides is due, in one question. */
  due(): Promise<Due>;
  ping(): Promise<void>;
}
