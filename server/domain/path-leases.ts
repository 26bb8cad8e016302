/** Who may change which paths at the same time (domain.md 5): derived from what tasks announce, kept nowhere else. */
import type { WriteSet } from './attempt.ts';
import { type Glob, literalPath, overlap, parseGlob } from './globs.ts';
import type { PlanCollision } from './plan-preview.ts';
import type { DependencyType } from './task.ts';

/** What somebody announces to change. */
export interface PathClaim {
  readonly id: string;
  readonly title: string;
  readonly globs: readonly string[];
}

export interface PathWait {
  /** The waiter's own glob that meets another's. */
  readonly glob: string;
  readonly heldBy: PathClaim;
}

/** The pairs of globs of two lists that can name the same path. A leading `!` only takes away, so it is not counted. */
export function collidingGlobs(first: readonly string[], second: readonly string[]): [string, string][] {
  const others = second.filter(counts).map((glob) => [glob, parseGlob(glob)] as const);
  return first.filter(counts).flatMap((glob) => {
    const mine = parseGlob(glob);
    return others.flatMap(([other, theirs]): [string, string][] => (meets(mine, theirs) ? [[glob, other]] : []));
  });
}

/**
 * Lets waiters in, in strict order of arrival: each that meets no holder and nobody before it. Answers for each waiter what
 * it waits for, or null when it may start.
 */
export function admit(holders: readonly PathClaim[], waiters: readonly PathClaim[]): Map<string, PathWait | null> {
  const before = [...holders];
  const answers = new Map<string, PathWait | null>();
  for (const waiter of waiters) {
    answers.set(waiter.id, waitOf(waiter, before));
    // Admitted or not: whoever comes later does not overtake.
    before.push(waiter);
  }
  return answers;
}

function waitOf(waiter: PathClaim, before: readonly PathClaim[]): PathWait | null {
  for (const heldBy of before) {
    const [pair] = collidingGlobs(waiter.globs, heldBy.globs);
    if (pair !== undefined) return { glob: pair[0], heldBy };
  }
  return null;
}

export interface CollisionTask {
  readonly key: string;
  readonly writes?: readonly string[] | undefined;
  readonly predictedWrites?: readonly string[] | undefined;
}

/** Pairs of tasks that announce the same paths and that no dependency keeps from running at the same time. */
export function collisionsOf(
  tasks: readonly CollisionTask[],
  edges: readonly { readonly from: string; readonly to: string; readonly type: DependencyType }[],
): PlanCollision[] {
  const after = followers(edges);
  const claims = tasks
    .map((task) => ({ key: task.key, globs: [...(task.writes ?? []), ...(task.predictedWrites ?? [])] }))
    .filter(({ globs }) => globs.length > 0);
  return claims.flatMap((first, place) =>
    claims.slice(place + 1).flatMap((second) => {
      if (after(first.key).has(second.key) || after(second.key).has(first.key)) return [];
      const globs = collidingGlobs(first.globs, second.globs);
      return globs.length === 0 ? [] : [{ first: first.key, second: second.key, globs }];
    }),
  );
}

// Only a finish that is waited for keeps two tasks apart.
function followers(edges: readonly { from: string; to: string; type: DependencyType }[]) {
  const next = new Map<string, string[]>();
  for (const { from, to, type } of edges)
    if (type === 'finish_to_start') next.set(from, [...(next.get(from) ?? []), to]);
  const known = new Map<string, ReadonlySet<string>>();
  return (key: string): ReadonlySet<string> => {
    const cached = known.get(key);
    if (cached) return cached;
    const found = new Set<string>();
    const queue = [...(next.get(key) ?? [])];
    for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
      if (found.has(one)) continue;
      found.add(one);
      queue.push(...(next.get(one) ?? []));
    }
    known.set(key, found);
    return found;
  };
}

/** Lists in evidence are bounded: the row is read often. */
const keptPaths = 100;

/** What was announced against what git saw. */
export function writeSetOf(
  declared: readonly string[],
  predicted: readonly string[],
  written: readonly string[],
): WriteSet {
  const announced = [...declared, ...predicted].filter(counts).map((glob) => ({ glob, parsed: parseGlob(glob) }));
  const paths = written.map((path) => ({ path, parsed: [literalPath(path)] }));
  const unannounced = paths.filter(({ parsed }) => !announced.some((one) => meets(one.parsed, parsed)));
  const untouched = announced.filter((one) => !paths.some(({ parsed }) => meets(one.parsed, parsed)));
  return {
    declared,
    predicted,
    unannounced: unannounced.slice(0, keptPaths).map(({ path }) => path),
    untouched: untouched.map(({ glob }) => glob),
  };
}

const counts = (glob: string) => glob.trim() !== '' && !glob.startsWith('!');
const meets = (a: readonly Glob[], b: readonly Glob[]) => a.some((one) => b.some((other) => overlap(one, other)));
