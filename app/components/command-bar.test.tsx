import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import type { Actor } from '../../server/domain/actor.ts';
import { aSession, aTask } from '../live-testing.ts';
import { CommandBar } from './command-bar.tsx';
import { commandsOf } from './command-bar-rules.ts';

const actor: Actor = { kind: 'user', id: 'u1', teamId: 'team', role: 'member', name: 'Ann', email: 'ann@example.com' };

function show(over: Parameters<typeof aSession>[0], tasks = [aTask({ status: 'in_progress' })]) {
  const posted: Record<string, string>[] = [];
  const session = aSession(over);
  const commands = commandsOf({ ...session, everStarted: true }, actor);
  const Stub = createRoutesStub([
    {
      path: '/sessions/IND-42',
      Component: () => <CommandBar session={session} tasks={tasks} commands={commands} />,
      async action({ request }) {
        const form = await request.formData();
        posted.push(Object.fromEntries([...form].map(([name, value]) => [name, String(value)])));
        return { done: form.get('intent') };
      },
    },
  ]);
  render(<Stub initialEntries={['/sessions/IND-42']} />);
  return posted;
}

test('a simple order is one press away', async () => {
  const posted = show({ status: 'paused' });
  fireEvent.click(screen.getByRole('button', { name: /^Resume/ }));
  await waitFor(() => expect(posted).toEqual([{ intent: 'resume' }]));
});

test('a stop is asked for first and says its consequence', async () => {
  const posted = show({ status: 'running', lastCheckpointSequence: 1 });
  fireEvent.click(screen.getByRole('button', { name: /^Stop/ }));
  const dialog = within(await screen.findByRole('alertdialog'));
  expect(dialog.getByText(/Only a retry goes on from here/)).toBeTruthy();
  expect(posted).toEqual([]);
  fireEvent.click(dialog.getByRole('button', { name: 'Stop IND-42' }));
  await waitFor(() => expect(posted).toEqual([{ intent: 'stop' }]));
});

test('a deletion needs the slug typed', async () => {
  const posted = show({ status: 'failed' });
  fireEvent.click(screen.getByRole('button', { name: /^Delete/ }));
  const dialog = within(await screen.findByRole('alertdialog'));
  const submit = dialog.getByRole('button', { name: 'Delete IND-42' });
  expect(submit).toHaveProperty('disabled', true);
  fireEvent.change(dialog.getByRole('textbox'), { target: { value: 'IND-42' } });
  expect(submit).toHaveProperty('disabled', false);
  fireEvent.click(submit);
  await waitFor(() => expect(posted).toEqual([{ intent: 'delete', confirmation: 'IND-42' }]));
});

test('what is not possible stands there disabled, with the reason', () => {
  show({ status: 'running' });
  const refused = screen.getByText(/not possible now/).closest('details');
  const retry = within(refused ?? document.body)
    .getByText('Retry')
    .closest('button');
  expect(retry).toHaveProperty('disabled', true);
  expect(retry?.textContent).toContain('only an ended run can be retried');
});

test('a prompt names its task only when several run, and is cleared once taken', async () => {
  const posted = show({ status: 'running' });
  expect(screen.queryByLabelText('For which running task')).toBeNull();
  const words = screen.getByLabelText(/Words for the agent/);
  fireEvent.change(words, { target: { value: 'Use port 8080.' } });
  fireEvent.click(screen.getByRole('button', { name: /^Inject prompt/, hidden: true }));
  await waitFor(() => expect(posted).toEqual([{ intent: 'prompt', text: 'Use port 8080.' }]));
  await waitFor(() => expect(words).toHaveProperty('value', ''));
});

test('with several running tasks the prompt is for one of them', () => {
  const tasks = [aTask({ status: 'in_progress' }), aTask({ id: 't2', key: 'second', status: 'in_progress' })];
  show({ status: 'running' }, tasks);
  expect(screen.getByLabelText('For which running task').querySelectorAll('option')).toHaveLength(2);
});
