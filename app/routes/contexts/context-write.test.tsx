import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import { ClockProvider } from '../../hooks/use-clock.tsx';
import type { WriteAnswer } from './context-action.server.ts';
import { ContextWrite } from './context-write.tsx';

const at = new Date('2026-11-20T12:00:00Z');
const context = { id: 'c1', version: 4, data: { api: { port: 8080 } } };

function show(answer: WriteAnswer | null, shown = context) {
  sessionStorage.clear();
  const posted: Record<string, string>[] = [];
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: () => (
        <ClockProvider at={at}>
          <ContextWrite context={shown} path="api.port" refused={null} answer={answer} />
        </ClockProvider>
      ),
      async action({ request }) {
        posted.push(Object.fromEntries([...(await request.formData())].map(([name, value]) => [name, String(value)])));
        return null;
      },
    },
  ]);
  render(<Stub />);
  return posted;
}

const typed = { intent: 'write', path: 'api.port', kind: 'json', value: '9090', version: '4' };

test('a value opens as it stands and is sent with the version that was seen', async () => {
  const posted = show(null);
  const value = screen.getByRole('textbox', { name: 'Value' });
  expect(value).toHaveProperty('value', '8080');
  fireEvent.change(value, { target: { value: '9090' } });
  fireEvent.click(screen.getByRole('button', { name: /^Write/ }));
  await waitFor(() => expect(posted).toEqual([typed]));
});

test('a stale write shows both values, keeps what was typed, and names the version that stands when it is repeated', async () => {
  const result = { status: 'error', initialValue: typed, error: { '': ['It changed meanwhile.'] } } as const;
  const stale = { seen: 4, version: 6, present: true, value: 7070, by: 'Bob', at };
  const posted = show(
    { kind: 'write', status: 409, result: { ...result, error: { '': [...result.error['']] } }, version: 4, stale },
    { ...context, version: 6 },
  );
  expect(screen.getByRole('alert').textContent).toMatch(/You saw version 4; version 6 stands, by Bob/);
  expect(screen.getByText('7070')).toBeTruthy();
  expect(screen.getByRole('textbox', { name: 'Value' })).toHaveProperty('value', '9090');
  fireEvent.click(screen.getByRole('button', { name: /^Write mine over it/ }));
  await waitFor(() => expect(posted).toMatchObject([{ value: '9090', version: '6' }]));
});

test('a refresh that brings a newer version does not make a writer overwrite it unseen', async () => {
  const result = { status: 'error', initialValue: typed, error: { value: ['no'] } };
  const posted = show(
    { kind: 'write', status: 422, result: { ...result, status: 'error' }, version: 4, stale: null },
    {
      ...context,
      version: 5,
    },
  );
  fireEvent.click(screen.getByRole('button', { name: /^Write/ }));
  await waitFor(() => expect(posted).toMatchObject([{ version: '4' }]));
});
