// The one map of keys. What a key does is found by marks in the page, so that a list or a command needs no code for it:
// `data-row` on a row that J and K walk (its first link is what Enter opens, its checkbox what X selects),
// `data-key="create"` on the page's own way to create, `data-commands` on a region whose buttons `.` offers.

export const keyActions = [
  'palette',
  'help',
  'search',
  'down',
  'up',
  'open',
  'select',
  'commands',
  'create',
  'next',
  'go',
] as const;
export type KeyAction = (typeof keyActions)[number];

interface Key {
  /** As it is drawn; two strokes stand apart. */
  readonly shown: readonly string[];
  readonly words: string;
  readonly group: 'Anywhere' | 'In a list';
  /** A single character: off inside inputs, and where a person turned such keys off (WCAG 2.1.4). */
  readonly single: boolean;
}

export const keyMap: Record<KeyAction, Key> = {
  palette: { shown: ['Ctrl K'], words: 'Open the palette: find, go, act', group: 'Anywhere', single: false },
  help: { shown: ['?'], words: 'Show all keys', group: 'Anywhere', single: true },
  search: { shown: ['/'], words: "Search: the page's own field, else the palette", group: 'Anywhere', single: true },
  go: { shown: ['G', 'letter'], words: 'Go to a room', group: 'Anywhere', single: true },
  create: { shown: ['C'], words: 'Create: what the page is about, else a session', group: 'Anywhere', single: true },
  next: { shown: ['N'], words: 'Next session that needs you', group: 'Anywhere', single: true },
  down: { shown: ['J'], words: 'Next row', group: 'In a list', single: true },
  up: { shown: ['K'], words: 'Row before', group: 'In a list', single: true },
  open: { shown: ['Enter'], words: 'Open the row', group: 'In a list', single: false },
  select: { shown: ['X'], words: 'Select the row, or leave it', group: 'In a list', single: true },
  commands: { shown: ['.'], words: 'Commands of the row, else of the page', group: 'In a list', single: true },
};

const strokes: Partial<Record<string, KeyAction>> = {
  '?': 'help',
  '/': 'search',
  j: 'down',
  k: 'up',
  x: 'select',
  '.': 'commands',
  c: 'create',
  n: 'next',
};

/** `G` waits this long for its letter. */
const sequenceMs = 1_500;

export interface Stroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

export interface Pressed {
  readonly action: KeyAction | null;
  /** The letter after `G`, upper case. */
  readonly letter?: string;
}

/** Reads one stroke after another; `singles` says whether single characters count here and now. */
export function createKeyReader() {
  let goneAt: number | null = null;
  return (stroke: Stroke, singles: boolean, now: number): Pressed => {
    const waiting = goneAt !== null && now - goneAt <= sequenceMs;
    goneAt = null;
    const key = stroke.key.length === 1 ? stroke.key.toLowerCase() : stroke.key;
    if ((stroke.ctrlKey || stroke.metaKey) && !stroke.altKey && key === 'k') return { action: 'palette' };
    if (!singles || stroke.ctrlKey || stroke.metaKey || stroke.altKey) return { action: null };
    if (waiting && /^[a-z]$/.test(key)) return { action: 'go', letter: key.toUpperCase() };
    if (key === 'g') {
      goneAt = now;
      return { action: null };
    }
    return { action: strokes[key] ?? null };
  };
}
