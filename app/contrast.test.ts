import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('./app.css', import.meta.url), 'utf8');

/** The colours of the block that starts with `head`, up to the end of that block. */
function colours(head: string): Record<string, string> {
  const start = css.indexOf(head);
  if (start < 0) throw new Error(`app.css has no ${head}`);
  const block = css.slice(start, css.indexOf('}', start));
  return Object.fromEntries(
    [...block.matchAll(/--color-([a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]),
  );
}

const dark = colours('@theme static {');
const themes = {
  dark,
  light: { ...dark, ...colours('@variant light {') },
  contrast: { ...dark, ...colours('@variant contrast {') },
};

/** WCAG 2 contrast of two colours. */
function contrast(a: string, b: string): number {
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

const surfaces = ['surface-0', 'surface-1', 'surface-2', 'surface-3'];
const inks = ['ink-1', 'ink-2', 'ink-3'];
const signals = ['live', 'stream', 'broken', 'caution', 'waiting'];

const pairs = [
  ...[...inks, ...signals].flatMap((text) => surfaces.map((surface) => [text, surface] as const)),
  // Lit blocks of every tone (status.ts, toneBlock) under their text, and inverse video.
  ...[...signals, 'ink-1', 'ink-3'].map((block) => ['on-signal', block] as const),
  ['on-inverse', 'inverse'] as const,
  // Lines of a diff.
  ...['added', 'removed'].flatMap((line) => ['ink-1', 'ink-2'].map((text) => [text, line] as const)),
];

for (const [theme, tokens] of Object.entries(themes)) {
  test.each(pairs)(`in the ${theme} theme %s on %s reaches 7:1`, (text, surface) => {
    const [a, b] = [tokens[text], tokens[surface]];
    if (a === undefined || b === undefined) throw new Error(`${text} or ${surface} is not a token`);
    expect(contrast(a, b)).toBeGreaterThanOrEqual(7);
  });

  test.each(surfaces)(`in the ${theme} theme the edge of a control on %s reaches 3:1`, (surface) => {
    expect(contrast(tokens['line-3'] ?? '#000000', tokens[surface] ?? '#000000')).toBeGreaterThanOrEqual(3);
  });
}

test('a known pair has the contrast that the standard says', () => {
  expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test('nothing has a round corner, a shadow or a smooth gradient', () => {
  for (const name of ['--radius-*', '--shadow-*', '--blur-*', '--color-*']) expect(css).toContain(`${name}: initial;`);
  expect(css).not.toMatch(/border-radius|linear-gradient\([^)]*,\s*var\([^)]*\)\s*,/);
});
