import { fireEvent, render, screen } from '@testing-library/react';
import { createRoutesStub, Form } from 'react-router';
import { expect, test } from 'vitest';
import { useSending } from './use-sending.ts';

function Orders() {
  return (
    <>
      <p>{useSending('Keeping', 'save') ?? 'Keep'}</p>
      <p>{useSending('Adding', null) ?? 'Add'}</p>
      <Form method="post">
        <button type="submit" name="intent" value="run">
          Run
        </button>
        <button type="submit" name="intent" value="save">
          Save
        </button>
      </Form>
    </>
  );
}

test.each([
  ['Run', ['Keep', 'Add']],
  ['Save', ['Keeping', 'Add']],
])('while %s is on its way no other order of the page says that it is', async (pressed, words) => {
  let arrived = false;
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: Orders,
      action: () => {
        arrived = true;
        return new Promise<null>(() => {});
      },
    },
  ]);
  const { container } = render(<Stub />);
  fireEvent.click(screen.getByRole('button', { name: pressed }));
  await expect.poll(() => arrived).toBe(true);
  expect([...container.querySelectorAll('p')].map((one) => one.textContent)).toEqual(words);
});
