import type { TimelineEvent } from './api.ts';

/** Where the program writes; `json` makes everything it says data. */
export interface Terminal {
  readonly json: boolean;
  out(text: string): void;
}

/** Data as it is, or what a person reads of it. */
export function tell<T>(terminal: Terminal, value: T, words: (value: T) => string): void {
  terminal.out(terminal.json ? `${JSON.stringify(value, null, 2)}\n` : `${words(value)}\n`);
}

/** Columns as wide as their widest cell; the last one as long as it is. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
    )
    .join('\n');
}

/** One line of a timeline: time, number, what, and the little its payload says at a glance. */
export function eventLine({ at, seq, type, actor, payload }: TimelineEvent): string {
  const said = ['from', 'to', 'status', 'key', 'title', 'text', 'command', 'tool', 'path', 'reason', 'sentence']
    .map((name) => payload[name])
    .filter((value) => typeof value === 'string' && value !== '')
    .join(' · ')
    .replace(/\s+/g, ' ');
  const short = said.length > 160 ? `${said.slice(0, 159)}…` : said;
  return `${at.slice(11, 19)}  ${String(seq ?? '').padStart(5)}  ${type.padEnd(24)}  ${actor.name}${short === '' ? '' : `: ${short}`}`;
}
