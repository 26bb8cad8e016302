import type { AskStatus } from './ask.ts';
import type { AskKind } from './ask-kind.ts';

/** What a minute of waiting costs in a session of each priority, critical first (0 is critical, 4 deferred). */
const weights = [5, 4, 3, 2, 1] as const;

interface Waits {
  readonly openedAt: Date;
  /** Tasks that cannot begin before the one that asks has ended. */
  readonly heldUp: number;
  /** The session's, 0 critical to 4 deferred. */
  readonly priority: number;
}

/**
 * How urgent an ask is: age × cost of waiting (interface.md, Rooms). Age in minutes, at least one second; the cost is the
 * tasks that stand still, the one that asks and those behind it, times the weight of the session's priority (critical 5,
 * high 4, medium 3, low 2, deferred 1). So: weighted task-minutes lost so far. Only the order of two values has meaning.
 */
export function askUrgency({ openedAt, heldUp, priority }: Waits, now: Date): number {
  const minutes = Math.max(1_000, now.getTime() - openedAt.getTime()) / 60_000;
  return minutes * (1 + heldUp) * (weights[priority] ?? 1);
}

/** Most urgent first; of equals the older. */
export function byUrgency<A extends Waits>(asks: readonly A[], now: Date): A[] {
  return asks.toSorted(
    (a, b) => askUrgency(b, now) - askUrgency(a, now) || a.openedAt.getTime() - b.openedAt.getTime(),
  );
}

/** A task that has not ended, and those that must end before it can begin. */
export interface WaitingTask {
  readonly id: string;
  readonly after: readonly string[];
}

/** How many of the tasks wait for this one, directly or behind others. Cycles are not followed twice. */
export function heldUpBehind(taskId: string, tasks: readonly WaitingTask[]): number {
  const behind = new Set<string>();
  const open = [taskId];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { id, after } of tasks) {
      if (id === taskId || behind.has(id) || !after.includes(next)) continue;
      behind.add(id);
      open.push(id);
    }
  }
  return behind.size;
}

/** What the inbox can be narrowed to; several values of one field are alternatives, fields are joined. */
export interface AskFilter {
  readonly kind?: readonly AskKind[];
  readonly status?: readonly AskStatus[];
  readonly permission?: readonly string[];
  readonly session?: readonly string[];
  readonly agent?: readonly string[];
  readonly runtime?: readonly string[];
  /** Only what sub-agents ask. */
  readonly subAgent?: boolean;
  /** Only asks of this person's own sessions. */
  readonly owner?: string;
  readonly q?: string;
}

interface Filtered {
  readonly kind: AskKind;
  readonly status: AskStatus;
  readonly permission: string | null;
  readonly sessionSlug: string;
  readonly sessionTitle: string;
  readonly sessionCreatedBy: string | null;
  readonly taskTitle: string;
  readonly agentName: string;
  readonly runtimeName: string;
  readonly subAgent: boolean;
  readonly title: string;
  readonly command: string | null;
  readonly question: string | null;
  readonly paths: readonly string[];
}

/** Whether an ask passes the filter; words are looked for, ignoring case, in all that a person reads of it. */
export function passes(ask: Filtered, filter: AskFilter): boolean {
  const among = (wanted: readonly string[] | undefined, value: string | null) =>
    wanted === undefined || wanted.length === 0 || (value !== null && wanted.includes(value));
  if (!among(filter.kind, ask.kind) || !among(filter.status, ask.status)) return false;
  if (!among(filter.permission, ask.permission) || !among(filter.session, ask.sessionSlug)) return false;
  if (!among(filter.agent, ask.agentName) || !among(filter.runtime, ask.runtimeName)) return false;
  if (filter.subAgent === true && !ask.subAgent) return false;
  if (filter.owner !== undefined && ask.sessionCreatedBy !== filter.owner) return false;
  const words = filter.q?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  const { title, command, question, paths, sessionSlug, sessionTitle, taskTitle, agentName } = ask;
  const readable = [title, command ?? '', question ?? '', ...paths, sessionSlug, sessionTitle, taskTitle, agentName];
  const text = readable.join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}
