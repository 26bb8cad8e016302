import { expect, test } from 'vitest';
import { askFilterFrom, inboxAddress } from './ask-filter.ts';

test('an address is read leniently: what it does not know is left out', () => {
  const filter = askFilterFrom(
    new URLSearchParams('kind=permission&kind=dance&status=answered&status=escalated&session=IND-3&sub=yes&q=+npm+'),
  );
  expect(filter).toMatchObject({
    kind: ['permission'],
    status: ['escalated'],
    session: ['IND-3'],
    subAgent: true,
    mine: false,
    q: 'npm',
  });
});

test('going on keeps the filters and drops what belonged to the page before', () => {
  expect(inboxAddress('?kind=question&ask=a1&rule=1&sent=2&q=npm')).toBe('/asks?kind=question&q=npm');
  expect(inboxAddress('?mine=yes&from=50', { ask: 'a2', from: null })).toBe('/asks?mine=yes&ask=a2');
  expect(inboxAddress('')).toBe('/asks');
});
