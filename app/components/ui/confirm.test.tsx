import { fireEvent, render, screen } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import { Confirm } from './confirm.tsx';

const question = (
  <Confirm trigger="Delete" title="Delete IND-7?" confirm="Delete it" fields={{ intent: 'delete' }} typed="IND-7">
    Its branch stays.
  </Confirm>
);

test('nothing is done before its name is typed', async () => {
  const sent: Record<string, unknown>[] = [];
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: () => question,
      action: async ({ request }) => {
        sent.push(Object.fromEntries(await request.formData()));
        return null;
      },
    },
  ]);
  render(<Stub />);
  fireEvent.click(screen.getByRole('button', { name: 'Delete' }));
  const confirm = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Delete it' });
  expect(confirm().disabled).toBe(true);
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'IND-8' } });
  expect(confirm().disabled).toBe(true);
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'IND-7' } });
  fireEvent.click(confirm());
  await expect.poll(() => sent).toEqual([{ intent: 'delete', confirmation: 'IND-7' }]);
  expect(screen.queryByRole('alertdialog')).toBeNull();
});

test('until the answer is there the button says that it was sent, and asks for nothing again', async () => {
  let answer = () => {};
  const answered = new Promise<null>((done) => {
    answer = () => done(null);
  });
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: () => (
        <Confirm
          trigger="Stop"
          consequence="Agents are ended."
          title="Stop?"
          confirm="Stop it"
          fields={{ intent: 'stop' }}
        >
          It stops.
        </Confirm>
      ),
      action: () => answered,
    },
  ]);
  render(<Stub />);
  const trigger = () => screen.getByRole('button', { name: /^Stop/ });
  fireEvent.click(trigger());
  fireEvent.click(screen.getByRole('button', { name: 'Stop it' }));
  await expect.poll(() => trigger().textContent).toContain('Sent, waiting for the answer.');
  expect(trigger().getAttribute('aria-disabled')).toBe('true');
  fireEvent.click(trigger());
  expect(screen.queryByRole('alertdialog')).toBeNull();
  answer();
  await expect.poll(() => trigger().textContent).toContain('Agents are ended.');
});

test('leaving it as it is sends nothing', () => {
  const Stub = createRoutesStub([{ path: '/', Component: () => question }]);
  render(<Stub />);
  fireEvent.click(screen.getByRole('button', { name: 'Delete' }));
  fireEvent.click(screen.getByRole('button', { name: 'Leave it as it is' }));
  expect(screen.queryByRole('alertdialog')).toBeNull();
});

test('without scripts the same form unfolds in its place', () => {
  const Stub = createRoutesStub([{ path: '/', Component: () => question }]);
  const html = renderToString(<Stub />);
  expect(html).toContain('<details');
  expect(html).toContain('name="confirmation"');
  expect(html).toContain('value="delete"');
  expect(html.split('Its branch stays.')).toHaveLength(2);
});

test('a refused action shows why', () => {
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: () => (
        <Confirm trigger="Remove" title="Remove?" confirm="Remove it" fields={{}} refusal="This needs the role lead.">
          It goes.
        </Confirm>
      ),
    },
  ]);
  render(<Stub />);
  const button = screen.getByRole<HTMLButtonElement>('button', { name: /Remove/ });
  expect(button.disabled).toBe(true);
  expect(button.textContent).toContain('This needs the role lead.');
});
