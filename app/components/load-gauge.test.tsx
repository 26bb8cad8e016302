import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { loadOf } from '../../server/domain/agent.ts';
import { LoadGauge } from './load-gauge.tsx';

test.each([
  [0, 5, 'IDLE', 5, 0],
  [3, 5, 'OPTIMAL', 5, 3],
  [5, 5, 'CRITICAL', 5, 5],
  [6, 5, 'OVERLOADED', 6, 6],
])('%i of %i places is %s, one block a place and one for each too many', (current, max, word, blocks, taken) => {
  const { container } = render(<LoadGauge load={loadOf(current, max)} />);
  expect(container.textContent).toContain(word);
  expect(container.textContent).toContain(`${current} of ${max}`);
  const rects = [...container.querySelectorAll('svg')].at(-1)?.querySelectorAll('rect') ?? [];
  expect(rects).toHaveLength(blocks);
  expect([...rects].filter((rect) => rect.getAttribute('fill') === 'currentColor')).toHaveLength(taken);
});
