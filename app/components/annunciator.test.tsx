import { fireEvent, render, screen, within } from '@testing-library/react';
import { createRoutesStub, Outlet } from 'react-router';
import { beforeEach, expect, test } from 'vitest';
import { type Tile, wholeStrip } from '../annunciator.ts';
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
  const Page = () => (
    <ClockProvider at={at}>
      <Shell tiles={wholeStrip(tiles)} user={{ name: 'Ada', role: 'lead', teamName: 'Engines' }} rehearsal>
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

beforeEach(() => localStorage.clear());

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

test('a lit tile blinks until it is acknowledged, and the acknowledgement is remembered', () => {
  const first = show([needsYou]);
  const tileOf = () =>
    within(screen.getByRole('navigation', { name: 'Annunciator' })).getByRole('link', { name: /NEEDS YOU/ });
  expect(tileOf().className).toContain('blink-twice');
  fireEvent.click(screen.getByRole('button', { name: 'Ack 2 NEEDS YOU' }));
  expect(tileOf().className).not.toContain('blink-twice');
  first.unmount();
  show([needsYou]);
  expect(tileOf().className).not.toContain('blink-twice');
});

test('one more of it blinks again', () => {
  show([needsYou]).unmount();
  localStorage.setItem(
    'annunciator.acknowledged',
    JSON.stringify({ needs_you: { since: needsYou.since?.toISOString(), count: 2 } }),
  );
  show([{ ...needsYou, count: 3 }]);
  expect(screen.getByRole('button', { name: 'Ack 3 NEEDS YOU' })).toBeDefined();
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
