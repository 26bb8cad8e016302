import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { ChangedFile } from '../live-attempt.ts';
import { DiffView } from './diff-view.tsx';

const patch = `diff --git a/src/sum.js b/src/sum.js
index 1111111..2222222 100644
--- a/src/sum.js
+++ b/src/sum.js
@@ -1,2 +1,2 @@
 // adds
-export const sum = (a, b) => a - b
+export const sum = (a, b) => a + b
`;

const file = (over: Partial<ChangedFile> = {}): ChangedFile => ({
  path: 'src/sum.js',
  oldPath: null,
  status: 'modified',
  additions: 1,
  deletions: 1,
  binary: false,
  truncated: false,
  patch,
  ...over,
});

function show(files: ChangedFile[], view: 'unified' | 'split' = 'unified', truncated = false) {
  return render(<DiffView view={view} diff={{ base: 'a', head: 'b', files, additions: 1, deletions: 1, truncated }} />)
    .container;
}

test.each(['unified', 'split'] as const)('the %s view shows what went and what came', (view) => {
  const page = show([file()], view);
  expect(page.querySelectorAll('.diff-code-delete')).toHaveLength(1);
  expect(page.querySelectorAll('.diff-code-insert')).toHaveLength(1);
  expect(page.querySelector('.diff-code-insert')?.textContent).toContain('a + b');
});

test('what changed inside a line is marked', () => {
  const marked = show([file()]).querySelector('.diff-code-insert .diff-code-edit');
  expect(marked?.textContent).toBe('+');
});

test('binary, renamed, empty, too large and cut are said in words', () => {
  show(
    [
      file({ path: 'logo.png', binary: true, patch: null }),
      file({
        path: 'new.js',
        oldPath: 'old.js',
        status: 'renamed',
        patch: 'diff --git a/old.js b/new.js\nsimilarity index 100%\nrename from old.js\nrename to new.js\n',
      }),
      file({ path: 'huge.json', patch: null, truncated: true }),
      file({ path: 'long.txt', patch: `${patch}${' line\n'.repeat(3001)}` }),
    ],
    'unified',
    true,
  );
  for (const words of [
    /binary file/,
    /Renamed without a change/,
    /Too large to show/,
    /too many to draw/,
    /Not everything is shown/,
  ]) {
    expect(screen.getAllByText(words).length, String(words)).toBeGreaterThan(0);
  }
  expect(screen.getAllByText('old.js → new.js').length).toBeGreaterThan(0);
});

test('a long change opens folded', () => {
  const page = show(Array.from({ length: 21 }, (_, i) => file({ path: `f${i}.js` })));
  expect(page.querySelectorAll('details[open]')).toHaveLength(0);
});
