import { render, screen } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import { ClockProvider } from '../hooks/use-clock.tsx';
import type { ProofAsked } from '../proof.ts';
import { ProofField, ProofPage } from './proof.tsx';

const asked: ProofAsked = {
  for: 'making a token',
  path: '/account',
  fields: [
    ['name', 'a "quoted" <b>name</b>'],
    ['scopes', 'sessions:read'],
    ['scopes', 'asks:read'],
  ],
  refused: null,
  by: 'password',
  minutes: 15,
};

function show(proof: ProofAsked) {
  const Stub = createRoutesStub([{ path: '/', Component: () => <ProofPage asked={proof} /> }]);
  return render(<Stub />).container;
}

test('the page carries every field of the form, repeated ones too, to the same action', () => {
  const form = show(asked).querySelector('form');
  if (form === null) throw new Error('There is no form');
  expect(form.getAttribute('action')).toBe('/account');
  expect([...new FormData(form)]).toEqual([...asked.fields, ['proof', '']]);
  expect(document.activeElement).toBe(screen.getByLabelText(/Your password/));
});

test('a wrong password is said beside the field, and the fields are still there', () => {
  const form = show({ ...asked, refused: 'That is not your password.' }).querySelector('form');
  const field = screen.getByLabelText(/Your password/);
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(screen.getByRole('alert').textContent).toContain('That is not your password.');
  expect(form?.querySelectorAll('input[type=hidden]')).toHaveLength(3);
});

test('without a password of its own an account is sent to sign in again', () => {
  const container = show({ ...asked, by: 'sign_in' });
  expect(container.querySelector('form')).toBeNull();
  expect(container.textContent).toContain('sign in again');
});

test.each([
  ['old', 16 * 60_000, true],
  ['fresh', 60_000, false],
])('a form asks for the password when the last proof is %s', async (_, age, shown) => {
  const Stub = createRoutesStub([
    {
      id: 'routes/room',
      path: '/',
      loader: () => ({ provenAt: new Date(Date.now() - age) }),
      Component: () => (
        <ClockProvider at={new Date()}>
          <p>the form</p>
          <ProofField />
        </ClockProvider>
      ),
      HydrateFallback: () => null,
    },
  ]);
  render(<Stub />);
  await screen.findByText('the form');
  expect(screen.queryByLabelText(/Your password/) !== null).toBe(shown);
});
