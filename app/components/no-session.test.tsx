import { render, screen } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import { NoSession } from './no-session.tsx';

const may = { mayCreate: true, mayRegister: true };

test.each([
  ['a lead without a repository registers one', { repositories: 0, ...may }, '/repositories'],
  ['a member with a repository starts', { repositories: 1, ...may, mayRegister: false }, '/sessions/new'],
  ['a member without a repository has to ask', { repositories: 0, ...may, mayRegister: false }, null],
  ['a viewer only watches', { repositories: 1, mayCreate: false, mayRegister: false }, null],
])('%s', (_, props, to) => {
  const Stub = createRoutesStub([{ path: '/', Component: () => <NoSession title="No session yet." {...props} /> }]);
  render(<Stub />);
  expect(screen.queryByRole('link')?.getAttribute('href') ?? null).toBe(to);
  expect(screen.getByText('No session yet.')).toBeDefined();
});
