import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { commandsHere, creator, focusSearch, moveRow, selectRow, takesKeys } from './rows.ts';

// jsdom lays nothing out.
Element.prototype.scrollIntoView = () => {};

const pressed = vi.fn();
const page = (
  <main>
    <input type="search" aria-label="Find" defaultValue="wrap" />
    <a href="/new" data-key="create">
      New
    </a>
    <section data-commands>
      <button type="button" onClick={pressed}>
        <span>Stop</span>
        <span>Running agents are ended.</span>
      </button>
      <button type="button" disabled>
        <span>Start</span>
        <span>It runs already.</span>
      </button>
    </section>
    <ul>
      {['One', 'Two', 'Three'].map((name) => (
        <li key={name} data-row>
          <input type="checkbox" aria-label={`Select ${name}`} />
          <a href={`/${name}`}>{name}</a>
        </li>
      ))}
    </ul>
  </main>
);

const focused = () => document.activeElement?.textContent;

test('J and K walk the rows and stop at their ends', () => {
  render(page);
  moveRow(1);
  expect(focused()).toBe('One');
  moveRow(1);
  moveRow(1);
  moveRow(1);
  expect(focused()).toBe('Three');
  moveRow(-1);
  expect(focused()).toBe('Two');
});

test('without a row focused K begins at the end', () => {
  render(page);
  moveRow(-1);
  expect(focused()).toBe('Three');
});

test('X selects the row the focus is in, and only there', () => {
  render(page);
  selectRow();
  moveRow(1);
  selectRow();
  expect(screen.getAllByRole<HTMLInputElement>('checkbox').map((box) => box.checked)).toEqual([true, false, false]);
});

test('the commands are those of the row, else of the page with their consequence and refusal', () => {
  render(page);
  expect(commandsHere().map(({ words, detail, refused }) => [words, detail, refused])).toEqual([
    ['Stop', 'Running agents are ended.', false],
    ['Start', 'It runs already.', true],
  ]);
  commandsHere()[0]?.run();
  expect(pressed).toHaveBeenCalledOnce();
  moveRow(1);
  expect(commandsHere().map(({ words }) => words)).toEqual(['Select One', 'One']);
});

test('keys belong to fields and dialogs, not to checkboxes', () => {
  render(
    <>
      {page}
      <div role="dialog" aria-label="Sure?">
        <button type="button">Yes</button>
      </div>
    </>,
  );
  expect(takesKeys(screen.getByRole('searchbox'))).toBe(true);
  expect(takesKeys(screen.getByRole('button', { name: 'Yes' }))).toBe(true);
  expect(takesKeys(screen.getAllByRole('checkbox')[0] ?? null)).toBe(false);
  expect(takesKeys(document.body)).toBe(false);
});

test('the search field and the way to create are found', () => {
  render(page);
  expect(focusSearch()).toBe(true);
  expect(document.activeElement).toBe(screen.getByRole('searchbox'));
  expect(creator()?.getAttribute('href')).toBe('/new');
  fireEvent.blur(screen.getByRole('searchbox'));
});
