import { fireEvent, render, screen, within } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import type { Thread } from '../../server/domain/review.ts';
import { ClockProvider } from '../hooks/use-clock.tsx';
import type { ChangedFile } from '../live-attempt.ts';
import { DiffView } from './diff-view.tsx';
import { ReviewContext } from './review-room.ts';

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

function show(
  files: ChangedFile[],
  view: 'unified' | 'split' = 'unified',
  truncated = false,
  { threads = [], viewed = [] }: { threads?: Thread[]; viewed?: string[] } = {},
) {
  const diff = { base: 'a', head: 'b', files, additions: 1, deletions: 1, truncated };
  return render(
    <DiffView view={view} diff={diff} threads={threads} viewed={new Set(viewed)} onViewed={() => undefined} />,
  ).container;
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
  const long = screen.getAllByText('long.txt').map((name) => name.closest('details'))[0];
  if (!long) throw new Error('The long file is not there');
  long.open = true;
  fireEvent(long, new Event('toggle'));
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

test('what was looked at is folded, and what is folded is not drawn', () => {
  const page = show([file()], 'unified', false, { viewed: ['src/sum.js'] });
  expect(page.querySelectorAll('details[open]')).toHaveLength(0);
  expect(page.querySelectorAll('.diff-code')).toHaveLength(0);
});

const thread = (over: Partial<Thread> = {}): Thread => ({
  id: 'c1',
  teamId: 't',
  sessionId: 's',
  threadId: null,
  taskId: null,
  path: 'src/sum.js',
  range: { side: 'new', start: 2, end: 2 },
  base: 'a',
  head: 'b',
  excerpt: ['export const sum = (a, b) => a + b'],
  body: 'Why plus?',
  author: { id: 'u', name: 'Ada' },
  createdAt: new Date(),
  resolvedAt: null,
  resolvedBy: null,
  sentAt: null,
  place: { state: 'current', range: { side: 'new', start: 2, end: 2 } },
  replies: [],
  ...over,
});

/** The same where words about it are taken. */
function showRoom(threads: Thread[] = [], view: 'unified' | 'split' = 'unified') {
  const posted: Record<string, string>[] = [];
  const diff = { base: 'a', head: 'b', files: [file()], additions: 1, deletions: 1, truncated: false };
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: () => (
        <ClockProvider at={new Date()}>
          <ReviewContext value={{ action: '/', taskId: null, refusal: null, sendable: true }}>
            <DiffView view={view} diff={diff} threads={threads} viewed={new Set()} onViewed={() => undefined} />
          </ReviewContext>
        </ClockProvider>
      ),
      action: async ({ request }) => {
        posted.push(Object.fromEntries([...(await request.formData())].map(([name, value]) => [name, String(value)])));
        return { done: 'comment' };
      },
    },
  ]);
  return { page: render(<Stub initialEntries={['/']} />).container, posted };
}

test('a thread stands under its line; an outdated one above, with the lines as they were', () => {
  const gone = thread({ id: 'c2', body: 'Gone?', place: { state: 'outdated', range: null } });
  const { page } = showRoom([thread(), gone]);
  expect(page.querySelector('.diff-widget')?.textContent).toContain('Why plus?');
  const outdated = screen.getByText('Gone?').closest('article');
  expect(outdated?.closest('.diff')).toBeNull();
  expect(within(outdated ?? page).getByText('OUTDATED')).toBeTruthy();
  expect(within(outdated ?? page).getByLabelText('The lines as they were').textContent).toContain('a + b');
});

test.each(['unified', 'split'] as const)('in the %s view a line is commented on by keyboard alone', async (view) => {
  const { page, posted } = showRoom([], view);
  const numbers = () => [...page.querySelectorAll<HTMLButtonElement>('button[data-side=new]')];
  const stops = [...page.querySelectorAll<HTMLButtonElement>('button[data-line]')].filter(
    ({ tabIndex }) => tabIndex === 0,
  );
  expect(stops).toHaveLength(1);
  const [first, second] = numbers();
  if (!first || !second) throw new Error('There are no line numbers');
  first.focus();
  fireEvent.keyDown(first, { key: 'ArrowDown', shiftKey: true });
  if (view === 'unified') fireEvent.keyDown(document.activeElement ?? first, { key: 'ArrowDown', shiftKey: true });
  expect(document.activeElement).toBe(second);
  fireEvent.click(second, { detail: 0 });
  const words = await screen.findByLabelText(/Comment on src\/sum.js, line/);
  fireEvent.change(words, { target: { value: 'Both, please.' } });
  fireEvent.keyDown(words, { key: 'Enter', ctrlKey: true });
  await expect.poll(() => posted).toMatchObject([{ intent: 'comment', path: 'src/sum.js', side: 'new', endLine: '2' }]);
  await expect.poll(() => screen.queryByLabelText(/Comment on src\/sum.js, line/)).toBeNull();
});
