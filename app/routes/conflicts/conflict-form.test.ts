import { expect, test } from 'vitest';
import { conflictSentence, resolveRefusal } from '../../conflict-words.ts';
import { parseForm } from '../../form.ts';
import { conflictForm, draftOf, markersIn, resolutionOf } from './conflict-form.ts';

const side = {
  path: 'src/a.ts',
  binary: false,
  base: 'one\n',
  ours: 'two\n',
  theirs: 'three\n',
  merged: '<<<<<<< ours\ntwo\n=======\nthree\n>>>>>>> theirs\n',
  truncated: false,
};

function form(values: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return data;
}

test('a side is sent without a text, what was written with the ends of lines the file has', () => {
  const files = [
    { path: 'src/a.ts', choice: 'edited', content: 'both\r\n' },
    { path: 'src/b.ts', choice: 'ours', content: 'left over\r\n' },
    { path: 'src/c.ts', choice: 'edited', content: 'both\r\n' },
  ] as const;
  const sides = [side, { ...side, path: 'src/b.ts' }, { ...side, path: 'src/c.ts', ours: 'two\r\n' }];
  expect(resolutionOf({ files: [...files] }, sides)).toEqual({
    files: [
      { path: 'src/a.ts', choice: 'edited', content: 'both\n' },
      { path: 'src/b.ts', choice: 'ours' },
      { path: 'src/c.ts', choice: 'edited', content: 'both\r\n' },
    ],
  });
});

test('a file nobody decided is named beside its choice', () => {
  const judged = parseForm(form({ 'files[0].path': 'src/a.ts', 'files[0].content': 'x' }), conflictForm);
  expect(judged.reply().error).toEqual({ 'files[0].choice': ['Take a side, write it, or delete it.'] });
});

test('the editor opens with the merge, or with the side that is left', () => {
  expect(draftOf(side)).toBe(side.merged);
  expect(draftOf({ ...side, merged: null, theirs: null })).toBe('two\n');
  expect(markersIn(side.merged)).toBe(1);
  expect(markersIn('a <<<<<<< in the middle')).toBe(0);
});

test('who decided and what comes next is said for each state', () => {
  const told = { files: ['a', 'b'], resolution: null, resolvedBy: null, resolvedCommit: null };
  const ann = { kind: 'user', id: 'u1', name: 'Ann' };
  expect(resolveRefusal({ ...told, status: 'waiting_for_person' })).toBeNull();
  expect(resolveRefusal({ ...told, status: 'resolving' })).toMatch(/being resolved now/);
  expect(conflictSentence({ ...told, status: 'open', resolution: [], resolvedBy: ann })).toBe(
    'Ann decided 2 files; it is to be proven and landed.',
  );
  expect(conflictSentence({ ...told, status: 'resolved', resolvedBy: ann, resolvedCommit: 'abcdef0123456789' })).toBe(
    'Ann resolved it; it landed as abcdef0123.',
  );
});
