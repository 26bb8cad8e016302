import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contrast, edges, surfaces, textPairs } from './contrast.ts';

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

for (const [theme, tokens] of Object.entries(themes)) {
  test.each(textPairs)(`in the ${theme} theme %s on %s reaches 7:1`, (text, surface) => {
    const [a, b] = [tokens[text], tokens[surface]];
    if (a === undefined || b === undefined) throw new Error(`${text} or ${surface} is not a token`);
    expect(contrast(a, b)).toBeGreaterThanOrEqual(7);
  });

  test.each(surfaces)(`in the ${theme} theme the edge of a control on %s reaches 3:1`, (surface) => {
    for (const edge of edges)
      expect(contrast(tokens[edge] ?? '#000000', tokens[surface] ?? '#000000')).toBeGreaterThanOrEqual(3);
  });
}

const names = Object.keys(dark);
const colour = new RegExp(`(?:^|[\\s"'\`])((?:[a-z-]+:)*)(text|bg)-(${names.join('|')})(?=[\\s"'\`!/]|$)`, 'g');

/** Every text colour that stands with a ground in one string of classes, by the state it is for. */
function pairsIn(source: string): [text: string, ground: string][] {
  return [...source.matchAll(/(["'`])((?:(?!\1)[^\n])*)\1/g)].flatMap(([, , classes = '']) => {
    // Either of two strings inside a template, never both.
    const inner = [...classes.matchAll(/\$\{([^}]*)\}/g)].flatMap(([, expression = '']) => pairsIn(expression));
    if (inner.length > 0) return inner;
    const found = [...classes.matchAll(colour)].map(([, state = '', kind, name = '']) => ({ state, kind, name }));
    const of = (kind: string, state: string) =>
      found.filter((one) => one.kind === kind && one.state === state).map((one) => one.name);
    const states = [...new Set(found.map((one) => one.state))];
    return states.flatMap((state) => {
      const texts = of('text', state).length > 0 ? of('text', state) : of('text', '');
      const grounds = of('bg', state).length > 0 ? of('bg', state) : of('bg', '');
      return texts.flatMap((text) => grounds.map((ground): [string, string] => [text, ground]));
    });
  });
}

test('a pair in a string of classes is found, also that of a hover', () => {
  expect(pairsIn('"bg-inverse p-2 text-on-inverse hover:bg-surface-0 hover:text-ink-1"')).toEqual([
    ['on-inverse', 'inverse'],
    ['ink-1', 'surface-0'],
  ]);
  expect(pairsIn("'text-ink-2 hover:bg-surface-2'")).toEqual([['ink-2', 'surface-2']]);
});

test('no text in the code stands on a ground that was not computed', () => {
  const allowed = new Set(textPairs.map((pair) => pair.join(' on ')));
  const root = new URL('.', import.meta.url).pathname;
  const files = globSync('**/*.{ts,tsx}', { cwd: root }).filter((file) => !/test\.tsx?$/.test(file));
  expect(files.length).toBeGreaterThan(100);
  const stray = files.flatMap((file) =>
    pairsIn(readFileSync(`${root}${file}`, 'utf8'))
      .map((pair) => pair.join(' on '))
      .filter((pair) => !allowed.has(pair))
      .map((pair) => `${file}: ${pair}`),
  );
  expect(stray).toEqual([]);
});

test('a known pair has the contrast that the standard says', () => {
  expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test('nothing has a round corner, a shadow or a smooth gradient', () => {
  for (const name of ['--radius-*', '--shadow-*', '--blur-*', '--color-*']) expect(css).toContain(`${name}: initial;`);
  expect(css).not.toMatch(/border-radius|linear-gradient\([^)]*,\s*var\([^)]*\)\s*,/);
});
