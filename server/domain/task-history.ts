/** What completed tasks teach the next ones of their kind: hours (domain.md 2.5) and the paths they wrote (domain.md 5). */
import type { Capability } from './agent.ts';
import { type Estimate, learn } from './estimate.ts';
import { writeSetOf } from './path-leases.ts';

/** So many of the newest records of a kind are asked. */
export const recordsAsked = 5;

/** Past this many predicted files their folders are predicted. */
const mostFiles = 8;

/** Under what a task's history is kept: its place in its blueprint, else what it asks of an agent. */
export function historyKey(planKey: string | null, capabilities: readonly Capability[]): string {
  return planKey ?? [...capabilities].sort().join('+');
}

/** A prior estimate after the newest records of its kind; the records come newest first and are told oldest first. */
export function learnedEstimate(prior: Estimate, records: readonly { readonly hours: number }[]): Estimate {
  return records.slice(0, recordsAsked).reduceRight((estimate, { hours }) => learn(estimate, hours), prior);
}

/**
 * Paths that at least half of the newest records wrote, and two at least, and that no glob announces, sorted; folders
 * instead of files when there are more than 8.
 */
export function predictWrites(
  records: readonly { readonly written: readonly string[] }[],
  announced: readonly string[],
): string[] {
  const asked = records.slice(0, recordsAsked);
  const files = writeSetOf(announced, [], oftenIn(asked.map(({ written }) => written))).unannounced;
  if (files.length <= mostFiles) return [...files];
  return [
    ...new Set(files.map((path) => (path.includes('/') ? `${path.slice(0, path.lastIndexOf('/'))}/**` : path))),
  ].sort();
}

function oftenIn(lists: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, number>();
  for (const list of lists) for (const path of new Set(list)) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts].flatMap(([path, count]) => (count > 1 && 2 * count >= lists.length ? [path] : [])).sort();
}
