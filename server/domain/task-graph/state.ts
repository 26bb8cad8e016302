import { blockedForGood, taskEnded } from '../task.ts';
import type { GraphEdge, GraphIndex, GraphNode } from './graph.ts';

/** What a prerequisite has reached: moments in ms since 1970, and whether it can still finish. */
export interface Reached {
  readonly startedAt: number | null;
  readonly doneAt: number | null;
  /** It ended without completing, or is blocked until a retry. */
  readonly dead: boolean;
}

/** The state of every node; a group's is made of its children's. */
export function reachedOf(index: GraphIndex): Reached[] {
  const known: (Reached | undefined)[] = new Array(index.nodes.length).fill(undefined);
  const visit = (node: number): Reached => {
    const found = known[node];
    if (found !== undefined) return found;
    const children = index.children[node];
    const result =
      children === undefined
        ? leafReached(index.nodes[node])
        : groupReached(children.map((child) => ({ ...visit(child), optional: index.nodes[child]?.optional ?? false })));
    known[node] = result;
    return result;
  };
  // Groups nest at most five deep, so the recursion is shallow.
  return index.nodes.map((_, node) => visit(node));
}

function leafReached(node: GraphNode | undefined): Reached {
  if (node === undefined) return { startedAt: null, doneAt: null, dead: true };
  const completed = node.status === 'completed';
  const running = completed || node.status === 'in_progress';
  // A lost task that was queued again has not started, whatever its last attempt left behind.
  const held = node.status === 'blocked' || node.status === 'paused' || node.status === 'failed';
  const startedAt = running ? (node.startedAt?.getTime() ?? 0) : held ? (node.startedAt?.getTime() ?? null) : null;
  return {
    startedAt,
    doneAt: completed ? (node.endedAt?.getTime() ?? 0) : null,
    dead: !completed && (taskEnded(node.status) || blockedForGood(node)),
  };
}

function groupReached(children: readonly (Reached & { optional: boolean })[]): Reached {
  const starts = children.flatMap((child) => child.startedAt ?? []);
  const dones = children.flatMap((child) => child.doneAt ?? []);
  const over = children.every((child) => child.doneAt !== null || child.dead);
  const broken = children.some((child) => child.dead && !child.optional);
  const done = over && !broken && dones.length > 0;
  return {
    startedAt: starts.length === 0 ? null : Math.min(...starts),
    doneAt: done ? Math.max(...dones) : null,
    dead: broken || (over && !done),
  };
}

/** Whether the prerequisite lets its dependent go on now; `impossible` when it never will. */
export type EdgeState = 'satisfied' | 'waiting' | 'impossible';

/**
 * The state of one dependency: FS and FF look at the completion of the prerequisite, SS and SF at its start, both plus
 * the lag. One that can no longer be met is dropped when optional (domain.md 2.3).
 */
export function edgeState(edge: GraphEdge, prerequisite: Reached, now: Date): EdgeState {
  if (prerequisite.dead) return edge.required ? 'impossible' : 'satisfied';
  const finish = edge.type === 'finish_to_start' || edge.type === 'finish_to_finish';
  const since = finish ? prerequisite.doneAt : prerequisite.startedAt;
  return since !== null && now.getTime() >= since + edge.lagSeconds * 1000 ? 'satisfied' : 'waiting';
}
