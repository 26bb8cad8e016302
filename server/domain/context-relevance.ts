/** Which of what is known matters for a piece of work, and how it is written into a prompt (domain.md 5, use). */
import { utf8Length } from './context-data.ts';

export interface KnownLeaf {
  readonly scope: string;
  readonly path: string;
  readonly value: unknown;
  readonly at: Date;
}

// Words every task has say nothing about which one is meant.
const common = new Set(
  'the and for with from into that this are not use add implement create update fix test tests file files code task'.split(
    ' ',
  ),
);

/** The words of a text, lower-case, without the most common ones; parts of paths and camelCase names count one by one. */
export function wordsOf(text: string): Set<string> {
  const split = text.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return new Set((split.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 1 && !common.has(word)));
}

/** Leaves that share words with `about` first, the more the earlier; then the newest; then by path. The order is stable. */
export function byRelevance(leaves: readonly KnownLeaf[], about: string): KnownLeaf[] {
  const wanted = wordsOf(about);
  const scored = leaves.map((leaf) => {
    let score = 0;
    for (const word of wordsOf(`${leaf.path} ${shown(leaf.value)}`)) if (wanted.has(word)) score += 1;
    return { leaf, score };
  });
  return scored
    .sort(
      (a, b) =>
        b.score - a.score ||
        b.leaf.at.getTime() - a.leaf.at.getTime() ||
        compareText(a.leaf.path, b.leaf.path) ||
        compareText(a.leaf.scope, b.leaf.scope),
    )
    .map(({ leaf }) => leaf);
}

/** The first of these leaves as lines `- path: value`, as many as fit into so many bytes, and how many did not. */
export function linesWithin(leaves: readonly KnownLeaf[], bytes: number): { lines: string[]; cut: number } {
  const lines: string[] = [];
  let left = bytes;
  for (const leaf of leaves) {
    const line = lineOf(leaf);
    const size = utf8Length(line) + 1;
    if (size > left) return { lines, cut: leaves.length - lines.length };
    left -= size;
    lines.push(line);
  }
  return { lines, cut: 0 };
}

/** How much of one value is shown. */
const shownLength = 1_000;

// One line each: a value with line breaks could otherwise pass for a heading, or for a fenced script.
function lineOf({ scope, path, value }: KnownLeaf): string {
  const text = shown(value);
  const cut = text.length > shownLength ? `${text.slice(0, shownLength)}… (${text.length} characters)` : text;
  return `- ${oneLine(path)}${scope === 'session' ? '' : ` (${scope})`}: ${cut}`.toWellFormed();
}

function shown(value: unknown): string {
  const plain =
    typeof value === 'string' && value.trim() === value && value !== '' && !/[\p{Cc}\u2028\u2029"]/u.test(value);
  if (plain) return value;
  return oneLine(JSON.stringify(value ?? null));
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
