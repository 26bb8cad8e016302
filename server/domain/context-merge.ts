/** Merging contexts of one team (domain.md 5): the strategies, and the conflicts each of them settled. */
import { type ContextData, type ContextScope, contextScopes, type MergeStrategy } from './context.ts';
import { isBranch, sameValue } from './context-data.ts';
import { below } from './context-path.ts';

export interface MergeSide {
  readonly id: string;
  readonly data: ContextData;
  /** When a leaf was last written; asked for by last_write_wins only. */
  readonly writtenAt: (path: string) => Date;
}

/** A path two contexts disagree on, and what was taken: `values` are by context id, `chosen` is an id, or null while nobody chose. */
export interface MergeDisagreement {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly chosen: string | null;
}

export interface Merged {
  readonly data: ContextData;
  readonly conflicts: readonly MergeDisagreement[];
}

interface Voice {
  readonly side: MergeSide;
  readonly value: unknown;
}

/**
 * Merges the target with its sources, leaf by leaf; absence is no opinion. Where values differ: last_write_wins takes the
 * one written last (the target's at the same moment), deep_merge the first one that is there (own before others'),
 * prefer_source the last source's, prefer_target the target's and else the last source's, manual what `resolutions` name
 * by context id; without a valid name the conflict stays unchosen and the target's value stands in the data. A leaf
 * against a branch is one conflict, at the leaf.
 */
export function mergeContexts(
  target: MergeSide,
  sources: readonly MergeSide[],
  strategy: MergeStrategy,
  resolutions: Readonly<Record<string, string>> = {},
): Merged {
  const conflicts: MergeDisagreement[] = [];

  function branch(voices: readonly { side: MergeSide; value: ContextData }[], path: string): ContextData {
    const [first, ...others] = voices;
    if (first === undefined) return {};
    if (others.every(({ value }) => value === first.value)) return first.value;
    const merged: Record<string, unknown> = {};
    const keys = new Set(voices.flatMap(({ value }) => Object.keys(value)));
    for (const key of keys) {
      const present = voices.filter(({ value }) => Object.hasOwn(value, key));
      merged[key] = place(
        present.map(({ side, value }) => ({ side, value: value[key] })),
        below(path, key),
      );
    }
    return merged;
  }

  function place(voices: readonly Voice[], path: string): unknown {
    const branches = voices.flatMap(({ side, value }) => (isBranch(value) ? [{ side, value }] : []));
    if (branches.length === voices.length) return branch(branches, path);
    const first = voices[0];
    if (first === undefined || voices.every(({ value }) => sameValue(value, first.value))) return first?.value;
    const chosen = choose(voices, path);
    conflicts.push({
      path,
      values: Object.fromEntries(voices.map(({ side, value }) => [side.id, value])),
      chosen: chosen?.side.id ?? null,
    });
    return (chosen ?? first).value;
  }

  function choose(voices: readonly Voice[], path: string): Voice | undefined {
    const own = voices.find(({ side }) => side === target);
    switch (strategy) {
      case 'last_write_wins':
        return latest(voices, path);
      case 'deep_merge':
        return voices[0];
      case 'prefer_source':
        return voices.findLast(({ side }) => side !== target);
      case 'prefer_target':
        return own ?? voices.at(-1);
      case 'manual': {
        const wanted = Object.hasOwn(resolutions, path) ? resolutions[path] : undefined;
        return voices.find(({ side }) => side.id === wanted);
      }
    }
  }

  const sides = [target, ...sources];
  const data = branch(
    sides.map((side) => ({ side, value: side.data })),
    '',
  );
  return { data, conflicts };
}

function latest(voices: readonly Voice[], path: string): Voice | undefined {
  let best: { voice: Voice; at: number } | undefined;
  for (const voice of voices) {
    const at = newestUnder(voice.value, path, voice.side);
    if (best === undefined || at > best.at) best = { voice, at };
  }
  return best?.voice;
}

function newestUnder(value: unknown, path: string, side: MergeSide): number {
  if (!isBranch(value) || Object.keys(value).length === 0) return side.writtenAt(path).getTime();
  return Math.max(...Object.entries(value).map(([key, inner]) => newestUnder(inner, below(path, key), side)));
}

/** The more permissive of these scopes; `temporary` without any. */
export function widestScope(scopes: readonly ContextScope[]): ContextScope {
  const ranks = scopes.map((scope) => contextScopes.indexOf(scope));
  return contextScopes[Math.max(0, ...ranks)] ?? 'temporary';
}
