// The rows of a long list that is read while it changes. Pure: what is where is decided here, by ids and order alone.
import type { SessionLine } from './session-lines.ts';

/** The most rows that are brought up to date behind the first page at once. */
export const mostRefreshed = 100;

/**
 * The first page as it is now, joined to what was there: known rows stand where they stood, new ones come after them
 * (and wait to be shown), one that fell off the page stays while there are further pages it may have moved to.
 */
export function joinPage(known: readonly SessionLine[], page: readonly SessionLine[], further: boolean): SessionLine[] {
  const now = new Map(page.map((line) => [line.id, line]));
  const kept = known.flatMap((line) => now.get(line.id) ?? (further ? [line] : []));
  const ids = new Set(kept.map((line) => line.id));
  // In the page's own order when it is all there is: a first load, or a list that fits.
  return kept.length === 0 ? [...page] : [...kept, ...page.filter((line) => !ids.has(line.id))];
}

/** Rows that were asked for again, in place: as they are now, or gone when they no longer belong to the list. */
export function refreshRows(
  rows: readonly SessionLine[],
  asked: ReadonlySet<string>,
  answered: readonly SessionLine[],
): SessionLine[] {
  const now = new Map(answered.map((line) => [line.id, line]));
  return rows.flatMap((line) => (asked.has(line.id) ? (now.get(line.id) ?? []) : [line]));
}

/** Each row once, where it stands first. */
export function once(rows: readonly SessionLine[]): SessionLine[] {
  const seen = new Set<string>();
  return rows.filter((line) => !seen.has(line.id) && seen.add(line.id));
}

/** The rows near the window that the first page does not bring up to date. */
export function toRefresh(
  rows: readonly SessionLine[],
  page: readonly SessionLine[],
  [from, to]: readonly [number, number],
): string[] {
  const first = new Set(page.map((line) => line.id));
  return rows
    .slice(Math.max(0, from), to)
    .map((line) => line.id)
    .filter((id) => !first.has(id))
    .slice(0, mostRefreshed);
}
