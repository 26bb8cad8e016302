/** The store's verbs for what a session is made of: tasks, attempts, checkpoints; its promises stand in `store-port.ts`. */
import type { Actor } from '../domain/actor.ts';
import type { Attempt, AttemptRole, AttemptStatus } from '../domain/attempt.ts';
import type { Checkpoint, CheckpointReason, CheckpointState } from '../domain/checkpoint.ts';
import type { RouteRequest } from '../domain/routing.ts';
import type { BlockReason, Dependency, Task, TaskKind, TaskStatus } from '../domain/task.ts';
import type { Fence } from './coordination-port.ts';
import type { Repository } from './team-port.ts';

/** A dependency as stored; `fromTaskId` is the prerequisite. */
export interface StoredEdge {
  id: string;
  fromTaskId: string;
  toTaskId: string;
  type: Dependency['type'];
  required: boolean;
  lagSeconds: number;
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
          | 'next'
          | 'waiver'
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
  /** The lock it is written under must still be the newest of its resources. */
  fence?: Fence | undefined;
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
    | 'verdict'
    | 'error'
    | 'endedAt'
    | 'retiredAt'
  >
>;

export interface RoutingDecision {
  id: string;
  teamId: string;
  sessionId: string;
  taskId: string;
  attemptId: string | null;
  selectedAgentId: string | null;
  sentence: string;
  candidates: unknown[];
  request: RouteRequest | null;
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

export interface TaskStore {
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
    > & {
      teamId: string;
      position: number;
      kind?: TaskKind | undefined;
      predictedWrites?: readonly string[] | undefined;
      planKey?: string | null | undefined;
    })[],
  ): Promise<void>;
  get(teamId: string, id: string): Promise<Task | null>;
  /** The graph's tasks; the planner's own run is none of them. */
  bySession(sessionId: string): Promise<Task[]>;
  /** The same without their `dependencies`: for whoever reads the edges beside, and does not need them twice. */
  drawn(sessionId: string): Promise<Task[]>;
  /** The planner's run of a session, if it ever had one. */
  planOf(sessionId: string): Promise<Task | null>;
  /** What a person may change of a task; version + 1, guarded by the version and the statuses it may have. Emits nothing: the caller appends `task.updated`. */
  edit(
    taskId: string,
    patch: Partial<
      Pick<
        Task,
        | 'reason'
        | 'title'
        | 'description'
        | 'priority'
        | 'capabilities'
        | 'technologies'
        | 'optional'
        | 'writes'
        | 'predictedWrites'
        | 'verification'
        | 'estimate'
        | 'parentTaskId'
        | 'next'
        | 'waiver'
        | 'proof'
      >
    >,
    guard: { version?: number | undefined; status?: readonly TaskStatus[] | undefined },
  ): Promise<Task>;
  /** Takes a task that never ran off the graph, with its dependencies; CONFLICT when it has attempts or children. */
  remove(taskId: string): Promise<void>;
  /** One guarded statement: status, version, `task.status_changed` with its seq, outbox. */
  move(move: TaskMove): Promise<void>;
  /** As `move`, with the task as it is then, and its dependencies. */
  moveAndRead(move: TaskMove): Promise<Task>;
  insertDependencies(sessionId: string, edges: readonly StoredEdge[]): Promise<void>;
  removeDependency(sessionId: string, dependencyId: string): Promise<void>;
  dependencies(sessionId: string): Promise<StoredEdge[]>;
  /** For a restored checkpoint: sets the status beside the table. Emits nothing; the caller appends `task.restored`. */
  restore(
    taskId: string,
    state: { status: TaskStatus; reason?: BlockReason; proof: Task['proof']; mergedCommit: string | null },
  ): Promise<void>;
}

export interface AttemptStore {
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
    > & {
      instanceId?: string | null | undefined;
      role?: AttemptRole | undefined;
      probe?: boolean | undefined;
      conflictId?: string | null | undefined;
      sourceAttemptId?: string | null | undefined;
    },
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
}

export interface RoutingStore {
  insert(decision: Omit<RoutingDecision, 'createdAt'>): Promise<void>;
  byTask(taskId: string): Promise<RoutingDecision[]>;
  ofSession(sessionId: string): Promise<RoutingDecision[]>;
  /** Newest first: the team's decisions since a moment, or those an agent was a candidate in. */
  recent(
    teamId: string,
    query: { since?: Date | undefined; agentId?: string | undefined; limit: number },
  ): Promise<(RoutingDecision & { sessionSlug: string; taskTitle: string })[]>;
}

export interface CheckpointStore {
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
  /** Sessions that made a checkpoint in the last `days` and have pruned some: up to which number, and where their refs are. */
  pruned(days: number): Promise<{ sessionId: string; upTo: number; repository: Repository }[]>;
}

export interface PromptStore {
  insert(prompt: Omit<InjectedPrompt, 'createdAt' | 'deliveredAt'>): Promise<InjectedPrompt>;
  pending(sessionId: string): Promise<InjectedPrompt[]>;
  all(sessionId: string): Promise<InjectedPrompt[]>;
  markDelivered(id: string, attemptId: string): Promise<void>;
}
