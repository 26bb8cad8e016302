import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { afterEach, expect, test } from 'vitest';
import { BlueprintEditor } from './blueprint-editor.tsx';

afterEach(() => sessionStorage.clear());

const yaml = 'key: ours\nname: Ours\ntasks:\n  - key: fly\n';

function show(problems: string[], live: string[] = problems) {
  const asked: string[] = [];
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: () => (
        <BlueprintEditor initial={yaml} answer={{ yaml, preview: null, problems }} refusal={null} draft="blueprint" />
      ),
    },
    {
      path: '/blueprints/-/preview',
      action: async ({ request }) => {
        asked.push(String((await request.formData()).get('yaml')));
        return { preview: null, problems: live };
      },
    },
  ]);
  render(<Stub />);
  return asked;
}

const area = () => screen.getByRole<HTMLTextAreaElement>('textbox');

test('an error leads to its line in the text', () => {
  show(['Line 4, column 10: there is no such capability']);
  fireEvent.click(screen.getByRole('button', { name: 'show line 4' }));
  expect(document.activeElement).toBe(area());
  expect(area().value.slice(area().selectionStart, area().selectionEnd)).toBe('  - key: fly');
});

test('the text is judged a moment after the last key, and what was typed stays', async () => {
  const asked = show(['Line 1: first'], ['Line 2, column 1: second']);
  fireEvent.input(area(), { target: { value: 'key: x\nname: y\n' } });
  fireEvent.input(area(), { target: { value: 'key: x\nname: z\n' } });
  await waitFor(() => expect(screen.getByText(/second/)).toBeTruthy(), { timeout: 20_000 });
  expect(asked).toEqual(['key: x\nname: z\n']);
  expect(screen.queryByText('Line 1: first')).toBeNull();
  expect(area().value).toBe('key: x\nname: z\n');
});
