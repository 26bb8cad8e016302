// Which text may stand on which ground. The test computes every pair in every theme; the styleguide shows the figures.

export const surfaces = ['surface-0', 'surface-1', 'surface-2', 'surface-3'] as const;
const inks = ['ink-1', 'ink-2', 'ink-3'] as const;
export const signals = ['live', 'stream', 'broken', 'caution', 'waiting'] as const;
/** Grounds of lit blocks (status.ts, toneBlock), under `on-signal`. */
export const blocks = [...signals, 'ink-1', 'ink-3'] as const;

/** What tells code from words in a diff. */
const syntaxInks = ['syntax-keyword', 'syntax-text', 'syntax-name', 'syntax-number', 'ink-2'] as const;

/** Text and ground of every pair that is used: each reaches 7:1. */
export const textPairs: readonly (readonly [text: string, ground: string])[] = [
  ...[...inks, ...signals].flatMap((text) => surfaces.map((surface) => [text, surface] as const)),
  ...blocks.map((block) => ['on-signal', block] as const),
  ['on-inverse', 'inverse'],
  // Lines of a diff: their text, their signs, what changed inside them.
  ...['added', 'removed'].flatMap((line) => ['ink-1', 'ink-2'].map((text) => [text, line] as const)),
  ['live', 'added'],
  ['broken', 'removed'],
  // Syntax stands on unchanged, changed and chosen lines.
  ...syntaxInks.flatMap((text) => ['surface-0', 'surface-3', 'added', 'removed'].map((line) => [text, line] as const)),
];

/** Edges of controls and marks without text: each reaches 3:1 on every surface. */
export const edges = ['line-3'] as const;

/** WCAG 2 contrast of two colours given as `#rrggbb`, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}
