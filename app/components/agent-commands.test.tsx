import { fireEvent, render, screen } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import { type Agent, loadOf } from '../../server/domain/agent.ts';
import { anAgent } from '../fleet-testing.ts';
import { AgentCommands } from './agent-commands.tsx';

function show(agent: Agent, refusal: string | null = null) {
  const sent: Record<string, unknown>[] = [];
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: () => <AgentCommands agent={agent} refusal={refusal} error={null} />,
      action: async ({ request }) => {
        sent.push(Object.fromEntries(await request.formData()));
        return null;
      },
    },
  ]);
  render(<Stub />);
  return sent;
}

const button = (name: RegExp) => screen.getByRole<HTMLButtonElement>('button', { name });

test('a drain says what becomes of the work it has', async () => {
  const sent = show(anAgent({ load: loadOf(2, 5) }));
  expect(button(/^Drain/).textContent).toContain('finishes the 2 tasks it has');
  fireEvent.click(button(/^Drain/));
  await expect.poll(() => sent).toEqual([{ intent: 'drain' }]);
});

test('one that drains or is out can come back', () => {
  show(anAgent({ draining: true, enabled: false }));
  expect(button(/End the drain/).disabled).toBe(false);
  expect(button(/^Enable/).disabled).toBe(false);
  expect(screen.queryByRole('button', { name: /^Disable/ })).toBeNull();
});

test('one at work cannot be taken off, and says how', () => {
  show(anAgent({ load: loadOf(1, 5) }));
  expect(button(/Take off the fleet/).disabled).toBe(true);
  expect(button(/Take off the fleet/).textContent).toContain('drain it first');
});

test('who may not manage agents sees why on every bar', () => {
  show(anAgent(), 'Managing agents needs the role lead; yours is member.');
  for (const one of screen.getAllByRole<HTMLButtonElement>('button')) {
    expect(one.disabled).toBe(true);
    expect(one.textContent).toContain('needs the role lead');
  }
});
