/** Differences of two contexts, leaf by leaf (domain.md 5). A leaf is whatever is no branch, and an empty branch. */
import type { ContextChange, ContextData } from './context.ts';
import { isBranch, sameValue } from './context-data.ts';
import { below } from './context-path.ts';

/** One leaf as it was and as it becomes; an absent side was or is not there. */
export type LeafDifference = Pick<ContextChange, 'path' | 'before' | 'after'>;

export interface DataDiff {
  added: Record<string, unknown>;
  removed: Record<string, unknown>;
  changed: Record<string, { before: unknown; after: unknown }>;
}

function isFilled(value: unknown): value is ContextData {
  return isBranch(value) && Object.keys(value).length > 0;
}

/** Every leaf with its path, in the data's order; an empty context has none. */
export function leavesOf(data: ContextData): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  collect(data, '', leaves);
  return leaves;
}

function collect(branch: ContextData, path: string, leaves: Map<string, unknown>): void {
  for (const [key, value] of Object.entries(branch)) {
    const place = below(path, key);
    if (isFilled(value)) collect(value, place, leaves);
    else leaves.set(place, value);
  }
}

/** What leads from one state to another: `before` or `after` is left out where there was or is nothing. */
export function leafChanges(from: ContextData, to: ContextData): LeafDifference[] {
  const changes: LeafDifference[] = [];
  compare(from, to, '', changes);
  return changes;
}

function compare(from: ContextData, to: ContextData, path: string, changes: LeafDifference[]): void {
  // The very same branch, as in data of which one place was changed.
  if (from === to) return;
  for (const [key, before] of Object.entries(from)) {
    const place = below(path, key);
    if (!Object.hasOwn(to, key)) {
      for (const [leaf, value] of leavesUnder(before, place)) changes.push({ path: leaf, before: value });
      continue;
    }
    const after = to[key];
    if (isFilled(before) && isFilled(after)) compare(before, after, place, changes);
    else if (isFilled(before) || isFilled(after)) replace(before, after, place, changes);
    else if (!sameValue(before, after)) changes.push({ path: place, before, after });
  }
  for (const [key, after] of Object.entries(to)) {
    if (Object.hasOwn(from, key)) continue;
    for (const [leaf, value] of leavesUnder(after, below(path, key))) changes.push({ path: leaf, after: value });
  }
}

// A leaf that becomes a branch, or a branch that becomes a leaf: what was goes, what is comes.
function replace(before: unknown, after: unknown, place: string, changes: LeafDifference[]): void {
  for (const [leaf, value] of leavesUnder(before, place)) changes.push({ path: leaf, before: value });
  for (const [leaf, value] of leavesUnder(after, place)) changes.push({ path: leaf, after: value });
}

function leavesUnder(value: unknown, place: string): Map<string, unknown> {
  if (!isFilled(value)) return new Map([[place, value]]);
  const leaves = new Map<string, unknown>();
  collect(value, place, leaves);
  return leaves;
}

/** The same differences as an answer: no path stands in two lists, and no branch beside its leaves in one. */
export function diffOf(changes: readonly LeafDifference[]): DataDiff {
  const diff: DataDiff = { added: {}, removed: {}, changed: {} };
  for (const change of changes) {
    if (!('before' in change)) put(diff.added, change.path, change.after);
    else if (!('after' in change)) put(diff.removed, change.path, change.before);
    else put(diff.changed, change.path, { before: change.before, after: change.after });
  }
  return diff;
}

function put<T>(into: Record<string, T>, path: string, value: T): void {
  into[path] = value;
}

/** What a run of changes, oldest first, comes to: the first `before` and the last `after` of each leaf, without those that came back. */
export function foldChanges(changes: readonly LeafDifference[]): LeafDifference[] {
  const folded = new Map<string, LeafDifference>();
  for (const change of changes) {
    const first = folded.get(change.path) ?? change;
    folded.set(change.path, {
      path: change.path,
      ...('before' in first ? { before: first.before } : {}),
      ...('after' in change ? { after: change.after } : {}),
    });
  }
  return [...folded.values()].filter(
    (change) => 'before' in change !== 'after' in change || !sameValue(change.before, change.after),
  );
}
