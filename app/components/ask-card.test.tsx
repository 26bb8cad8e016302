import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import type { Ask } from '../../server/domain/ask.ts';
import { ClockProvider } from '../hooks/use-clock.tsx';
import { after, anAsk, aTask } from '../live-testing.ts';
import { AskCard } from './ask-card.tsx';

function show(ask: Ask, refusal: string | null = null, answer: unknown = { done: 'answer' }) {
  const posted: Record<string, string>[] = [];
  const Stub = createRoutesStub([
    {
      path: '/sessions/IND-42',
      Component: () => (
        <ClockProvider at={after(90)}>
          <AskCard ask={ask} task={aTask()} action="/sessions/IND-42" refusal={refusal} />
        </ClockProvider>
      ),
      async action({ request }) {
        const form = await request.formData();
        posted.push(Object.fromEntries([...form].map(([name, value]) => [name, String(value)])));
        return answer;
      },
    },
  ]);
  render(<Stub initialEntries={['/sessions/IND-42']} />);
  return posted;
}

test('a permission shows the command, its age and its end, and is allowed once', async () => {
  const posted = show(anAsk());
  expect(screen.getByText('npm publish --dry-run')).toBeTruthy();
  expect(screen.getByText(/waits/).textContent).toMatch(/waits 1 m 30 s · counts as no in 23 h 58 m/);
  fireEvent.click(screen.getByRole('button', { name: 'Allow once' }));
  await waitFor(() => expect(posted).toEqual([{ intent: 'answer', askId: 'a1', decision: 'once' }]));
});

test('it can be allowed for the whole session, and says what that covers', async () => {
  const posted = show(anAsk());
  expect(screen.getByText('npm publish *')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Allow in this session' }));
  await waitFor(() => expect(posted[0]).toMatchObject({ decision: 'session' }));
});

test('Enter in the reason rejects and never allows', async () => {
  const posted = show(anAsk());
  const reason = screen.getByLabelText(/Why not/);
  fireEvent.change(reason, { target: { value: 'Not from here.' } });
  const form = reason.closest('form');
  expect(form?.querySelectorAll('button')).toHaveLength(1);
  fireEvent.click(screen.getByRole('button', { name: 'Reject' }));
  await waitFor(() =>
    expect(posted).toEqual([{ intent: 'answer', askId: 'a1', message: 'Not from here.', decision: 'reject' }]),
  );
});

test('a question takes one of its options or free words', async () => {
  const posted = show(anAsk({ kind: 'question', question: 'Which port?', options: ['3000', '8080'], command: null }));
  fireEvent.click(screen.getByLabelText('8080'));
  fireEvent.click(screen.getByRole('button', { name: 'Send the answer' }));
  await waitFor(() => expect(posted[0]).toMatchObject({ option: '8080', text: '', decision: 'answer' }));
});

test('a second answer that came too late says so where it was given', async () => {
  show(anAsk(), null, { error: { message: 'This ask is already answered' } });
  fireEvent.click(screen.getByRole('button', { name: 'Allow once' }));
  expect((await screen.findByRole('alert')).textContent).toBe('This ask is already answered');
});

test('who may not answer sees why instead of buttons', () => {
  show(anAsk(), 'Answering asks needs the role member; yours is viewer.');
  expect(screen.queryAllByRole('button')).toEqual([]);
  expect(screen.getByText(/yours is viewer/)).toBeTruthy();
});
