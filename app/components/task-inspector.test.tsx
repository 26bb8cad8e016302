import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import type { Actor } from '../../server/domain/actor.ts';
import { emptyUsage } from '../../server/domain/metrics.ts';
import { ClockProvider } from '../hooks/use-clock.tsx';
import type { AttemptDetail } from '../live-attempt.ts';
import { after, aState, aTask, start } from '../live-testing.ts';
import { TaskInspector } from './task-inspector.tsx';

const lead: Actor = { kind: 'user', id: 'u9', teamId: 'team', role: 'lead', name: 'Ann', email: 'ann@example.com' };

function anAttempt(over: Partial<AttemptDetail> = {}): AttemptDetail {
  return {
    ...{
      id: 'at1',
      taskId: 't1',
      number: 1,
      role: 'work',
      status: 'failed',
      usage: emptyUsage,
      calls: 1,
      callErrors: 0,
    },
    ...{
      failure: 'verification_failed',
      bundle: null,
      startedAt: start,
      endedAt: after(60),
      agentId: 'ag1',
      probe: false,
    },
    error: { code: 'VERIFICATION', message: 'npm test ended with 1', context: {} },
    verdict: { action: 'other_type', reason: 'A debugger looks at it', delaySeconds: 0 },
    ...{
      conflictId: null,
      prompt: 'Please fix it.',
      system: '',
      model: 'rehearsal/script',
      summary: null,
      cutOff: null,
    },
    evidence: {
      commands: [{ command: 'npm test', exitCode: 1, durationMs: 2_400, output: 'not ok 1', timedOut: false }],
      files: ['src/a.ts', 'src/b.ts'],
      filesTotal: 2,
      treeHash: '69bc5b7f102d0000',
      claimed: false,
      verifiedAt: after(60).toISOString(),
      baseCommit: 'b8505fde0c9d0000',
      environment: { node: '24.21.0', platform: 'linux-x64', lockfiles: null, digest: '21a7d84e48e60000' },
      writes: { declared: ['src/a.ts'], predicted: [], unannounced: ['src/b.ts'], untouched: [] },
    },
    ...over,
  };
}

function show(tasks = [aTask()], attempts: AttemptDetail[] = [], actor = lead) {
  const posted: Record<string, string>[] = [];
  const Stub = createRoutesStub([
    {
      path: '/sessions/IND-42',
      Component: () => (
        <ClockProvider at={after(120)}>
          <TaskInspector
            inspection={{
              taskId: 't1',
              attempts,
              decisions: [],
              agents: [{ id: 'ag1', name: 'AGENT-DEBUGGER-01', type: 'debugger' }],
              knowledge: [],
            }}
            state={aState({ tasks })}
            collisions={[{ first: 't1', second: 't2', globs: [['src/**', 'src/a.ts']] }]}
            actor={actor}
            base="/sessions/IND-42"
            close="?"
            refusal={null}
          />
        </ClockProvider>
      ),
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

test('an attempt says who tried, why it failed, what that led to and what proves it', () => {
  show([aTask({ status: 'ready', attemptCount: 1, proof: 'failed' })], [anAttempt()]);
  expect(screen.getByText('AGENT-DEBUGGER-01', { selector: 'summary span' })).toBeTruthy();
  expect(screen.getByText('npm test ended with 1')).toBeTruthy();
  expect(screen.getByText('another type of agent').closest('p')?.textContent).toContain('A debugger looks at it');
  expect(screen.getByText('exit 1')).toBeTruthy();
  expect(screen.getByTitle('69bc5b7f102d0000').textContent).toBe('69bc5b7f102d');
  expect(screen.getByText('1 file not announced')).toBeTruthy();
  expect(screen.getByText('Please fix it.')).toBeTruthy();
});

test('what waits for a path and what may collide is said', () => {
  show([
    aTask({ status: 'blocked', reason: 'waiting_for_path: src/** held by Add x' }),
    aTask({ id: 't2', key: 'second', position: 1 }),
  ]);
  expect(screen.getByText('Waits for src/** held by Add x')).toBeTruthy();
  expect(screen.getByText(/May collide with/).textContent).toContain('second: src/** and src/a.ts');
});

test('a waiver shows what will be audited and is sent with its reason', async () => {
  const posted = show([aTask({ status: 'completed', proof: 'claimed', key: 'fix', title: 'Fix it' })]);
  expect(screen.getByText(/^Ann accepted a claim without proof: fix “Fix it”/)).toBeTruthy();
  fireEvent.change(screen.getByRole('textbox', { hidden: true }), {
    target: { value: 'The server is down until Monday.' },
  });
  fireEvent.click(screen.getByRole('button', { name: /^Waive the proof/, hidden: true }));
  await waitFor(() =>
    expect(posted).toEqual([{ intent: 'task_waive', taskId: 't1', reason: 'The server is down until Monday.' }]),
  );
});

test('a cancel is asked for first', async () => {
  const posted = show([aTask({ status: 'in_progress', key: 'fix' })]);
  fireEvent.click(screen.getByRole('button', { name: /^Cancel/ }));
  const dialog = within(await screen.findByRole('alertdialog'));
  expect(posted).toEqual([]);
  fireEvent.click(dialog.getByRole('button', { name: 'Cancel: fix' }));
  await waitFor(() => expect(posted).toEqual([{ intent: 'task_cancel', taskId: 't1' }]));
});

test('what this person may not do stands there with the reason', () => {
  show([aTask({ status: 'ready' })], [], { ...lead, role: 'viewer' });
  const refused = screen.getByText(/not possible now, and why/).closest('details');
  for (const button of within(refused ?? document.body).getAllByRole('button', { hidden: true })) {
    expect(button).toHaveProperty('disabled', true);
    expect(button.textContent).toContain('needs the role');
  }
  expect(screen.queryByRole('link', { name: /^Edit/ })).toBeNull();
});

test('a task that was taken off meanwhile says so', () => {
  show([aTask({ id: 'other' })]);
  expect(screen.getByText('It is no longer in the graph.')).toBeTruthy();
});
