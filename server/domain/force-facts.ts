import type { ApprovalFact } from './approval.ts';
import type { Attempt } from './attempt.ts';
import { attemptEnded } from './attempt.ts';
import type { Session } from './session.ts';
import { type Task, taskEnded } from './task.ts';

/** At most so many of a fact are named; the rest are counted. */
const named = 50;

/** What completing a session by force means, in the order it is read (access.md, Force-complete). */
export const forceFactKeys = [
  'proven',
  'claimed',
  'waived',
  'missing',
  'cut_short',
  'unfinished',
  'never_begun',
  'dependents',
  'asks',
  'children',
] as const;
export type ForceFactKey = (typeof forceFactKeys)[number];

export interface ForceBasis {
  readonly tasks: readonly Pick<
    Task,
    'id' | 'key' | 'title' | 'status' | 'proof' | 'parentTaskId' | 'dependencies' | 'reason'
  >[];
  readonly attempts: readonly Pick<Attempt, 'taskId' | 'number' | 'status'>[];
  readonly asks: readonly { readonly title: string }[];
  readonly children: readonly Pick<Session, 'slug' | 'title' | 'status'>[];
}

/** The facts a force-complete is judged by: what is proven, what is only claimed, what ends without a result. */
export function forceFacts({ tasks, attempts, asks, children }: ForceBasis): ApprovalFact[] {
  const groups = new Set(tasks.map(({ parentTaskId }) => parentTaskId));
  const leaves = tasks.filter(({ id }) => !groups.has(id));
  const running = new Map(
    attempts.filter(({ status }) => !attemptEnded(status)).map((attempt) => [attempt.taskId, attempt]),
  );
  const done = leaves.filter(({ status }) => status === 'completed');
  const open = leaves.filter(({ status }) => !taskEnded(status));
  const inWork = open.filter(({ id, status }) => running.has(id) || status === 'in_progress');
  const begun = new Set(attempts.map(({ taskId }) => taskId));
  const left = open.filter((task) => !inWork.includes(task));
  const name = ({ key, title }: { key: string; title: string }) => `${key}: ${title}`;
  const facts: Record<ForceFactKey, readonly string[]> = {
    proven: done.filter(({ proof }) => proof === 'proven').map(name),
    claimed: done.filter(({ proof }) => proof !== 'proven' && proof !== 'waived').map(name),
    waived: done.filter(({ proof }) => proof === 'waived').map(name),
    missing: leaves
      .filter(({ status }) => status === 'failed' || status === 'skipped' || status === 'cancelled')
      .map((task) => `${name(task)} (${task.status})`),
    cut_short: inWork.map((task) => {
      const attempt = running.get(task.id);
      return attempt === undefined ? name(task) : `${name(task)} (attempt ${attempt.number}, ${attempt.status})`;
    }),
    unfinished: left.filter(({ id }) => begun.has(id)).map((task) => `${name(task)} (${task.status})`),
    never_begun: left.filter(({ id }) => !begun.has(id)).map(name),
    dependents: dependentsOf(tasks, new Set(open.map(({ id }) => id))),
    asks: asks.map(({ title }) => title),
    children: children.map(({ slug, title, status }) => `${slug} ${title} (${status})`),
  };
  return forceFactKeys.map((key) => ({ key, count: facts[key].length, items: facts[key].slice(0, named) }));
}

/** Tasks that wait, directly or through others, for work that will not be done, each with what it waits for. */
function dependentsOf(tasks: ForceBasis['tasks'], open: ReadonlySet<string>): string[] {
  const keys = new Map(tasks.map(({ id, key }) => [id, key]));
  const reached = new Set(open);
  const found = new Map<string, string>();
  let grew = true;
  while (grew) {
    grew = false;
    for (const task of tasks) {
      const waitsFor = task.dependencies.filter(({ taskId, required }) => required && reached.has(taskId));
      if (waitsFor.length === 0 || found.has(task.id)) continue;
      reached.add(task.id);
      grew = true;
      const prerequisites = waitsFor.map(({ taskId }) => keys.get(taskId)).join(', ');
      found.set(task.id, `${task.key}: ${task.title} waits for ${prerequisites}`);
    }
  }
  return [...found.values()];
}
