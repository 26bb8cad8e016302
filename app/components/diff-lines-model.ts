import { getChangeKey, type HunkData } from 'react-diff-view';
import type { LineRange, Side, Thread } from '../../server/domain/review.ts';

/** The drawn lines of one side, and what the renderer calls each of them. */
export type LineKeys = Readonly<Record<Side, ReadonlyMap<number, string>>>;

export function lineKeys(hunks: readonly HunkData[]): LineKeys {
  const keys = { old: new Map<number, string>(), new: new Map<number, string>() };
  for (const hunk of hunks) {
    for (const change of hunk.changes) {
      const key = getChangeKey(change);
      if (change.type === 'normal') {
        keys.old.set(change.oldLineNumber, key);
        keys.new.set(change.newLineNumber, key);
      } else keys[change.type === 'delete' ? 'old' : 'new'].set(change.lineNumber, key);
    }
  }
  return keys;
}

/** The renderer's keys of a range; lines that are not drawn have none. */
export function keysOf(keys: LineKeys, range: LineRange | null): string[] {
  if (range === null) return [];
  const found: string[] = [];
  for (let line = range.start; line <= range.end; line += 1) {
    const key = keys[range.side].get(line);
    if (key !== undefined) found.push(key);
  }
  return found;
}

/** The range from where a person began to a further line of the same side; another side begins anew. */
export function extended(from: LineRange | null, side: Side, line: number): LineRange {
  if (from === null || from.side !== side) return { side, start: line, end: line };
  return { side, start: Math.min(from.start, line), end: Math.max(from.end, line) };
}

/** Threads under the last of their lines; the others (of the file, outdated, or not drawn) stand above it. */
export function placeThreads(threads: readonly Thread[], keys: LineKeys) {
  const under = new Map<string, Thread[]>();
  const above: Thread[] = [];
  for (const thread of threads) {
    const { state, range } = thread.place;
    const key = state === 'outdated' || range === null ? undefined : keys[range.side].get(range.end);
    if (key === undefined) above.push(thread);
    else under.set(key, [...(under.get(key) ?? []), thread]);
  }
  return { under, above };
}

/** As many hunks as hold about this many lines, at least one. */
export function firstHunks(hunks: readonly HunkData[], lines: number): HunkData[] {
  let left = lines;
  return hunks.filter((hunk, place) => {
    const drawn = place === 0 || left > 0;
    left -= hunk.changes.length;
    return drawn;
  });
}
