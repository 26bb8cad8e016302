import { expect } from '@playwright/test';
import { git } from './git.ts';
import { forceEdges, sessionEdges, taskEdges } from './legal-edges.ts';
import type { RestClient, Session, TimelineEvent } from './rest.ts';

export interface Expected {
  /** Where the session's branch is. */
  repository: string;
  /** Files of the session branch, whole; null for one that must not be there. */
  files: Record<string, string | null>;
  /** Tasks that are completed; each has changed something. */
  tasks?: number;
  /** Takeovers at least this often. */
  takeovers?: number;
  proof?: 'proven' | 'unverified';
}

interface Task {
  id: string;
  key: string;
  status: string;
  proof: string;
}

/**
 * What must hold of a completed session whatever died on the way: a history without gaps and without illegal edges, each
 * task done once, one commit per task with its trailers, the right content, and a timeline that tells of takeovers.
 */
export async function expectSoundHistory(api: RestClient, id: string, expected: Expected): Promise<TimelineEvent[]> {
  const session = await api.session(id);
  expect(session.status).toBe('completed');
  expect(session.proof).toBe(expected.proof ?? 'proven');
  const events = await api.events(id);
  expectSoundTimeline(events);

  const { items: tasks } = await api.ok<{ items: Task[] }>('GET', `/sessions/${id}/tasks?limit=100`);
  expect(tasks).toHaveLength(expected.tasks ?? 1);
  for (const task of tasks) await expectDoneOnce(api, events, task);
  await expectBranch(session, events, tasks, expected);

  const takeovers = events.filter((event) => event.type === 'recovery.taken_over');
  expect(takeovers.length, 'takeovers told').toBeGreaterThanOrEqual(expected.takeovers ?? 0);
  const epochs = takeovers.map((event) => event.payload.epoch ?? 0);
  expect(epochs, 'each takeover raises the epoch').toEqual([...new Set(epochs)].sort((a, b) => a - b));
  return events;
}

/** `seq` gap-free from 1, and nothing but legal moves, each from where the one before it led. */
export function expectSoundTimeline(events: readonly TimelineEvent[]): void {
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  const cursors = events.map((event) => event.cursor);
  expect(cursors, 'cursors rise with seq').toEqual([...cursors].sort((a, b) => a - b));

  let session = 'pending';
  const tasks = new Map<string, string>();
  let retried = false;
  const forced = events.some(({ type }) => type === 'session.force_completed');
  const waived = new Set(events.filter(({ type }) => type === 'evidence.waived').map(({ payload }) => payload.taskId));
  for (const { type, payload, seq } of events) {
    const { from = '', to = '', taskId } = payload;
    if (type === 'task.created') tasks.set(taskId ?? '', 'pending');
    if (type === 'session.retried') retried = true;
    if (type === 'task.restored') tasks.set(taskId ?? '', to);
    if (type === 'session.status_changed') {
      expect(from, `seq ${seq}: the session's move begins where the last one ended`).toBe(session);
      const edges = forced && to === 'completed' ? forceEdges : sessionEdges;
      expect(edges[session] ?? [], `seq ${seq}: session ${from} → ${to}`).toContain(to);
      session = to;
    }
    if (type === 'task.status_changed') {
      expect(from, `seq ${seq}: the task's move begins where the last one ended`).toBe(tasks.get(taskId ?? ''));
      expect(taskEdges[from ?? ''] ?? [], `seq ${seq}: task ${from} → ${to}`).toContain(to);
      if (['failed', 'skipped', 'cancelled'].includes(from ?? ''))
        expect(retried || waived.has(taskId), `seq ${seq}: only a retry or a waiver leads out of ${from}`).toBe(true);
      tasks.set(taskId ?? '', to);
    }
  }
}

async function expectDoneOnce(api: RestClient, events: readonly TimelineEvent[], task: Task): Promise<void> {
  expect(task.status).toBe('completed');
  const of = (type: string) => events.filter((event) => event.type === type && event.payload.taskId === task.id);
  const completions = of('task.status_changed').filter((event) => event.payload.to === 'completed');
  expect(completions, `task ${task.key} is completed once`).toHaveLength(1);
  expect(of('merge.completed'), `task ${task.key} is merged once`).toHaveLength(1);

  const { items: attempts } = await api.ok<{ items: { id: string; status: string; endedAt: string | null }[] }>(
    'GET',
    `/tasks/${task.id}/attempts`,
  );
  expect(attempts.filter((attempt) => attempt.status === 'succeeded')).toHaveLength(1);
  expect(
    attempts.filter((attempt) => attempt.endedAt === null),
    'no attempt stays open',
  ).toHaveLength(0);
  const ends = of('attempt.ended').map((event) => event.payload.attemptId);
  expect(ends, 'each attempt ends once').toEqual([...new Set(ends)]);
  expect(ends.length).toBe(attempts.length);
  expect(of('attempt.started').length).toBe(attempts.length);
  if (task.proof === 'proven') {
    const winner = of('merge.completed')[0]?.payload.attemptId;
    const passed = of('verification.passed').filter((event) => event.payload.attemptId === winner);
    expect(passed.length, 'the work that was merged was verified').toBeGreaterThan(0);
  }
}

/** What the agents did, for whoever looks why something is not as it must be. */
function toolsIn(events: readonly TimelineEvent[]): string {
  const told = events.flatMap(({ type, payload }) => {
    const { note, tool, status, exitCode, output } = payload as Record<string, unknown>;
    if (type === 'attempt.tool_called') return [[tool, status, exitCode, String(output ?? '').slice(0, 200)]];
    return typeof note === 'string' || type === 'attempt.ended' ? [[type, note ?? status]] : [];
  });
  return JSON.stringify(told);
}

async function expectBranch(
  session: Session,
  events: readonly TimelineEvent[],
  tasks: readonly Task[],
  expected: Expected,
): Promise<void> {
  const { repository } = expected;
  const branch = `refs/heads/${session.branch}`;
  const trailers = ['Session', 'Task', 'Attempt', 'Epoch'].map(
    (name) => `%(trailers:key=Orchestrator-${name},valueonly,separator=%x2C)`,
  );
  const log = await git(repository, 'log', '--first-parent', `--format=%H|${trailers.join('|')}`, `main..${branch}`);
  const commits = log === '' ? [] : log.split('\n').map((line) => line.split('|'));
  expect(commits, 'exactly one commit per task').toHaveLength(tasks.length);
  const merged = events.filter((event) => event.type === 'merge.completed' && event.payload.taskId !== null);
  for (const task of tasks) {
    const commit = commits.find(([, , key]) => key === task.key);
    const told = merged.find((event) => event.payload.taskId === task.id)?.payload;
    expect(commit?.[0], `the commit of task ${task.key} is the one the timeline tells`).toBe(told?.commit);
    expect(commit?.[1]).toBe(session.slug);
    expect(commit?.[3]).toBe(told?.attemptId);
    expect(commit?.[4], 'the epoch is a number').toMatch(/^[1-9]\d*$/);
  }
  for (const [path, content] of Object.entries(expected.files)) {
    const there = await git(repository, 'show', `${branch}:${path}`).catch(() => null);
    expect(there, `${path} on the session branch, after ${toolsIn(events)}`).toBe(
      content === null ? null : content.replace(/\n$/, ''),
    );
  }
  // The person's own checkout is nobody else's to touch.
  expect(await git(repository, 'status', '--porcelain')).toBe('');
  expect(await git(repository, 'rev-parse', 'main')).toBe(session.baseCommit);
}
