import { fireEvent, render, screen } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import { Rooms } from './rooms.tsx';

function show(path: string, phone: boolean, admin = true) {
  const Stub = createRoutesStub([{ path: '*', Component: () => <Rooms className="" phone={phone} admin={admin} /> }]);
  const { container } = render(<Stub initialEntries={[path]} />);
  return container;
}

const hrefs = () => screen.getAllByRole('link', { hidden: true }).map((link) => link.getAttribute('href'));

test('a phone has four rooms and the way to the others in reach, and leaves none out', () => {
  const wide = show('/', false);
  const all = hrefs();
  wide.remove();
  const phone = show('/', true);
  expect(phone.querySelectorAll('nav > a')).toHaveLength(4);
  expect(hrefs().toSorted()).toEqual(all.toSorted());
});

test('the way to the administration is there for admins only', () => {
  show('/', false, false);
  expect(hrefs()).not.toContain('/admin');
});

test('a room behind More is named where one stands in it', () => {
  const container = show('/repositories/r1', false);
  expect(container.querySelector('summary')?.textContent).toMatch(/^Repositories/);
});

test('Escape closes the menu and gives the focus back', () => {
  const container = show('/', false);
  const details = container.querySelector('details');
  const summary = container.querySelector('summary');
  if (details === null || summary === null) throw new Error('There is no menu.');
  details.open = true;
  fireEvent.keyDown(screen.getByRole('link', { name: 'Account' }), { key: 'Escape' });
  expect(details.open).toBe(false);
  expect(document.activeElement).toBe(summary);
});

test('a press outside closes the menu, one inside does not', () => {
  const container = show('/', false);
  const details = container.querySelector('details');
  if (details === null) throw new Error('There is no menu.');
  details.open = true;
  fireEvent.pointerDown(screen.getByRole('link', { name: 'Account' }));
  expect(details.open).toBe(true);
  fireEvent.pointerDown(screen.getByRole('link', { name: 'Sessions' }));
  expect(details.open).toBe(false);
});
