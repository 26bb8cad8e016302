import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { ConflictSide } from '../../../server/application/git-port.ts';
import { ConflictFile } from './conflict-file.tsx';

const side: ConflictSide = {
  path: 'src/a.ts',
  binary: false,
  base: 'one\n',
  ours: 'two\n',
  theirs: 'three\n',
  merged: '<<<<<<< ours\ntwo\n=======\nthree\n>>>>>>> theirs\n',
  truncated: false,
};

function show(over: Partial<ConflictSide> = {}, rest: { over?: boolean; errors?: string[] } = {}) {
  const field = (name: string) => ({
    id: `f-${name}`,
    name: `files[0].${name}`,
    formId: 'f',
    errorId: `f-${name}-error`,
  });
  const choice = rest.errors === undefined ? field('choice') : { ...field('choice'), errors: rest.errors };
  return render(
    <ConflictFile
      side={{ ...side, ...over }}
      fields={{ path: field('path'), choice, content: field('content') }}
      disabled={false}
      over={rest.over ?? false}
    />,
  ).container;
}

test('both sides stand beside each other against where they began', () => {
  const page = show();
  expect([...page.querySelectorAll('.diff-code-insert')].map((line) => line.textContent)).toEqual(['two', 'three']);
  expect(page.querySelectorAll('.diff-code-delete')).toHaveLength(2);
  expect(screen.getByText('Where both began (the base)')).toBeTruthy();
});

test('whoever writes means what is written, and the places left to decide are counted', () => {
  show();
  expect(screen.getByText('1 place still marked')).toBeTruthy();
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'two and three\n' } });
  expect(screen.getByText('no marker left')).toBeTruthy();
  expect(screen.getByRole('radio', { name: /As written below/ })).toHaveProperty('checked', true);
});

test('a binary file is decided by a side, not written', () => {
  show({ binary: true, merged: null });
  expect(screen.queryByRole('textbox')).toBeNull();
  expect(screen.getAllByRole('radio')).toHaveLength(3);
});

test('a side that deleted the file, or left it as it was, says so', () => {
  show({ theirs: null, ours: 'one\n', merged: null });
  expect(screen.getByText('As it was.')).toBeTruthy();
  expect(screen.getByRole('textbox')).toHaveProperty('value', 'one\n');
});

test('what is over is only looked at', () => {
  show({}, { over: true });
  expect(screen.queryAllByRole('radio')).toHaveLength(0);
});

test('an error stands beside the choice', () => {
  show({}, { errors: ['Take a side, write it, or delete it.'] });
  const group = screen.getByRole('group', { name: /What becomes of src\/a.ts/ });
  expect(group.getAttribute('aria-describedby')).toBe('f-choice-error');
  expect(screen.getByText('Take a side, write it, or delete it.')).toBeTruthy();
});
