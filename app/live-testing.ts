/** Rows for the tests of the session page, complete and typed, so that a test says only what matters to it. */
import type { Ask } from '../server/domain/ask.ts';
import type { EventType } from '../server/domain/events.ts';
import type { Task } from '../server/domain/task.ts';
import type { LiveEvent, LiveSession, LiveState } from './live.ts';

export const start = new Date('2026-11-20T12:00:00.000Z');

/** `seconds` after the start of every test. */
export function after(seconds: number): Date {
  return new Date(start.getTime() + seconds * 1000);
}

export function aSession(over: Partial<LiveSession> = {}): LiveSession {
  return {
    id: 's1',
    teamId: 'team',
    slug: 'IND-42',
    version: 1,
    title: 'Add a sum function',
    description: '',
    prompt: 'Add a sum function to the library.',
    type: 'execution',
    priority: 2,
    status: 'running',
    statusSince: start,
    attention: { kind: 'none', since: null },
    cause: null,
    repositoryId: 'r1',
    branch: 'orchestrator/IND-42',
    baseCommit: 'a'.repeat(40),
    headCommit: null,
    blueprint: 'single_task',
    parameters: {},
    parentId: null,
    model: null,
    parallelism: 2,
    autonomy: 'auto',
    dependencyPolicy: 'skip',
    maxDurationSeconds: 3600,
    deadlineAt: after(3600),
    budget: null,
    tags: [],
    technologies: [],
    preferredAgent: null,
    preferredAgentType: null,
    retryCount: 0,
    forced: false,
    proof: null,
    error: null,
    result: null,
    pendingCommand: null,
    createdBy: 'u1',
    createdAt: start,
    queuedAt: start,
    startedAt: start,
    endedAt: null,
    pausedAt: null,
    pausedSeconds: 0,
    plannedAt: start,
    planApprovedAt: null,
    planSource: null,
    recoveries: 0,
    lastSeq: 0,
    lastCheckpointSequence: 0,
    deletedAt: null,
    recoverable: false,
    health: 0.9,
    progress: { completed: 0, total: 1 },
    ...over,
  };
}

export function aTask(over: Partial<Task> = {}): Task {
  return {
    id: 't1',
    teamId: 'team',
    sessionId: 's1',
    kind: 'work',
    key: 'task',
    position: 0,
    parentTaskId: null,
    version: 1,
    title: 'Implement the sum function',
    description: '',
    status: 'pending',
    reason: null,
    priority: 'normal',
    complexity: 'simple',
    capabilities: ['code_generation'],
    technologies: [],
    optional: false,
    writes: [],
    predictedWrites: [],
    verification: [],
    estimate: { optimistic: 1, likely: 2, pessimistic: 3, expected: 2, sd: 0.33, confidence: 0.5, source: 'blueprint' },
    planKey: null,
    dependencies: [],
    agentId: null,
    attemptCount: 0,
    notBefore: null,
    next: null,
    waiver: null,
    proof: 'none',
    mergedCommit: null,
    result: null,
    error: null,
    createdAt: start,
    readyAt: null,
    startedAt: null,
    endedAt: null,
    ...over,
  };
}

export function anAsk(over: Partial<Ask> = {}): Ask {
  return {
    id: 'a1',
    teamId: 'team',
    sessionId: 's1',
    taskId: 't1',
    attemptId: 'at1',
    kind: 'permission',
    status: 'open',
    title: 'Run npm publish --dry-run',
    command: 'npm publish --dry-run',
    paths: [],
    question: null,
    options: [],
    remoteAskId: 'per_1',
    patterns: ['npm publish *'],
    permission: 'bash',
    remoteSessionId: 'ses_1',
    answer: null,
    answeredBy: null,
    answeredAt: null,
    ruleId: null,
    deliveredAt: null,
    openedAt: start,
    escalatesAt: after(900),
    expiresAt: after(86_400),
    ...over,
  };
}

export function anEvent(
  seq: number,
  type: EventType,
  payload: LiveEvent['payload'] = {},
  over: Partial<LiveEvent> = {},
): LiveEvent {
  const actor = { kind: 'system', id: null, name: 'orchestrator' } as const;
  return { id: `e${seq}`, cursor: seq, sessionId: 's1', seq, type, at: after(seq), actor, payload, v: 1, ...over };
}

export function aState(over: Partial<LiveState> = {}): LiveState {
  return {
    session: aSession(),
    tasks: [aTask()],
    edges: [],
    criticalPath: [],
    asks: [],
    usage: {},
    events: [],
    lastSeq: 0,
    held: [],
    reloadSeq: 0,
    ...over,
  };
}
