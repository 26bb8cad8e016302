import type { BlueprintOrigin } from '../server/domain/blueprint-catalogue.ts';

/** Where a blueprint came from, in a few words. */
export function originWords(origin: BlueprintOrigin): string {
  switch (origin.kind) {
    case 'built_in':
      return 'built in';
    case 'edited':
      return 'written here';
    case 'session':
      return `of session ${origin.slug}`;
    case 'directory':
      return `folder ${origin.path}`;
    case 'git':
      return `git ${origin.url} at ${origin.commit.slice(0, 7)}, ${origin.path}`;
    case 'https':
      return `registry ${origin.url}`;
  }
}

/** The first of a checksum's characters: enough to tell two apart by eye. */
export function shortChecksum(checksum: string): string {
  return checksum.slice(0, 12);
}

/** The line an error speaks of, from 1; null when it names none. */
export function lineIn(message: string): number | null {
  const found = /\bline (\d{1,6})\b/i.exec(message)?.[1];
  return found === undefined ? null : Number(found);
}

/** Where a line begins and ends in a text, for the selection; the last line when there are fewer. */
export function spanOfLine(text: string, line: number): { start: number; end: number } {
  const lines = text.split('\n');
  const place = Math.min(Math.max(line, 1), lines.length) - 1;
  const start = lines.slice(0, place).reduce((sum, one) => sum + one.length + 1, 0);
  return { start, end: start + (lines[place]?.length ?? 0) };
}

/** A blueprint's text under another key, as the beginning of one's own. */
export function underOwnKey(yaml: string, key: string): string {
  return yaml.replace(/^key:.*$/m, `key: ${key}_of_ours`.slice(0, 69));
}
