import { fireEvent, render, screen, within } from '@testing-library/react';
import { createRoutesStub, Outlet } from 'react-router';
import { beforeEach, expect, test } from 'vitest';
import { type Tile, wholeStrip } from '../annunciator.ts';
import { acknowledgedIn } from '../annunciator-cookie.ts';
import { remember } from '../hooks/use-acknowledged.ts';
import { ClockProvider } from '../hooks/use-clock.tsx';
import { Shell } from './shell.tsx';

const at = new Date('2026-11-20T12:00:00Z');
const needsYou: Tile = {
  key: 'needs_you',
  lit: true,
  count: 2,
  since: new Date('2026-11-20T11:55:00Z'),
  detail: 'IND-12 waits for a permission.',
  href: '/asks',
};

function show(tiles: Tile[]) {
  const [strip, loaded] = [wholeStrip(tiles), acknowledgedIn(document.cookie)];
  const Page = () => (
    <ClockProvider at={at}>
      <Shell
        tiles={strip}
        acknowledged={loaded}
        user={{ name: 'Ada', role: 'lead', teamId: 't1', teams: [{ id: 't1', name: 'Engines', role: 'lead' }] }}
        rehearsal
      >
        <Outlet />
      </Shell>
    </ClockProvider>
  );
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: Page,
      children: [
        { index: true, Component: () => <h1>Overview</h1> },
        { path: 'asks', Component: () => <h1>Asks</h1> },
      ],
    },
  ]);
  return render(<Stub />);
}

beforeEach(() => {
  sessionStorage.clear();
  remember({});
});

test('all eight tiles stand in the strip, dark ones say so', () => {
  show([]);
  const strip = screen.getByRole('navigation', { name: 'Annunciator' });
  expect(within(strip).getAllByRole('link')).toHaveLength(8);
  expect(within(strip).getAllByText('clear')).toHaveLength(8);
  expect(screen.getByRole('button', { name: 'Ack: nothing to acknowledge' })).toHaveProperty('disabled', true);
});

test('a standing condition is read aloud at once, leads to its list and stands in the title', () => {
  show([needsYou]);
  expect(screen.getByRole('alert').textContent).toContain('2 NEEDS YOU. IND-12 waits for a permission.');
  const strip = screen.getByRole('navigation', { name: 'Annunciator' });
  expect(
    within(strip)
      .getByRole('link', { name: /NEEDS YOU/ })
      .getAttribute('href'),
  ).toBe('/asks');
  expect(document.title).toMatch(/^\[2 NEEDS YOU\]/);
});

const tileOf = () => {
  const tile = document.querySelector('nav[aria-label="Annunciator"] a[href="/asks"]');
  if (tile === null) throw new Error('There is no tile.');
  return tile;
};
const ackKey = () => screen.getByText<HTMLButtonElement>('Ack');

test('a lit tile blinks twice where it begins, stands steady when the page is loaded again, and calm once acknowledged', () => {
  const first = show([needsYou]);
  expect(tileOf().className).toContain('blink-twice');
  first.unmount();
  const second = show([needsYou]);
  expect(tileOf().className).not.toContain('blink-twice');
  expect(tileOf().className).toContain('bg-waiting');
  expect(ackKey().getAttribute('aria-label')).toBe('Ack 2 NEEDS YOU');
  fireEvent.click(ackKey());
  expect(tileOf().className).not.toContain('bg-waiting');
  second.unmount();
  show([needsYou]);
  expect(tileOf().className).not.toContain('bg-waiting');
  expect(ackKey().disabled).toBe(true);
});

test('one more of it rings again, and so does one that went dark and came back the same', () => {
  remember({
    needs_you: { since: needsYou.since?.toISOString() ?? null, count: 2 },
  });
  const more = show([{ ...needsYou, count: 3 }]);
  expect(tileOf().className).toContain('blink-twice');
  expect(ackKey().getAttribute('aria-label')).toBe('Ack 3 NEEDS YOU');
  more.unmount();
  show([]).unmount();
  show([{ ...needsYou, count: 3 }]);
  expect(tileOf().className).toContain('blink-twice');
});

test('the page has its landmarks, a skip link and the rehearsal mark', () => {
  show([]);
  expect(screen.getByRole('main').id).toBe('main');
  expect(screen.getByRole('link', { name: 'Skip to the content' }).getAttribute('href')).toBe('#main');
  expect(screen.getByText('Rehearsal')).toBeDefined();
});

test('another page takes the focus to its content', async () => {
  show([]);
  const [rooms] = screen.getAllByRole('navigation', { name: 'Main rooms' });
  if (rooms === undefined) throw new Error('There is no navigation.');
  fireEvent.click(within(rooms).getByRole('link', { name: 'Asks' }));
  await screen.findByRole('heading', { name: 'Asks' });
  await expect.poll(() => document.activeElement?.id).toBe('main');
});
