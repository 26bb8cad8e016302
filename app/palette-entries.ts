// What the palette offers, before it is drawn: found things, rooms, commands; one order, one way to match.

export interface PaletteEntry {
  readonly id: string;
  readonly section: string;
  readonly words: string;
  readonly detail: string;
  /** The keys that do the same, so that the palette teaches them. */
  readonly keys: readonly string[];
  /** Where it leads; null when it does something in the page. */
  readonly to: string | null;
  readonly run?: () => void;
  readonly refused?: boolean;
}

/** Something of the team that the server found. */
export interface PaletteHit {
  readonly kind: 'Session' | 'Agent' | 'Repository' | 'Blueprint';
  readonly words: string;
  readonly detail: string;
  readonly to: string;
}

/** Whether every word that was typed begins a word of the text. */
export function matches(typed: string, text: string): boolean {
  const words = text.toLowerCase().split(/[\s/:_-]+/);
  return typed
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((part) => words.some((word) => word.startsWith(part)) || text.toLowerCase().includes(` ${part}`));
}

/** The entries of one section together, sections in the order of their first entry; what was found stands unfiltered. */
export function shownEntries(entries: readonly PaletteEntry[], typed: string): PaletteEntry[] {
  const kept = entries.filter((entry) => entry.section === found || matches(typed, `${entry.words} ${entry.detail}`));
  const sections = [...new Set(kept.map((entry) => entry.section))];
  return sections.flatMap((section) => kept.filter((entry) => entry.section === section));
}

/** The heading over what the server found. */
export const found = 'Found';

export function foundEntries(hits: readonly PaletteHit[]): PaletteEntry[] {
  return hits.map((hit) => ({
    id: `found ${hit.to}`,
    section: found,
    words: hit.words,
    detail: hit.detail === '' ? hit.kind : `${hit.kind} · ${hit.detail}`,
    keys: [],
    to: hit.to,
  }));
}
