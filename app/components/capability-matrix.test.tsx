import { render, screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { anAgent } from '../fleet-testing.ts';
import { CapabilityMatrix } from './capability-matrix.tsx';

const cells = (row: string) =>
  within(screen.getByRole('row', { name: new RegExp(`^${row}`) }))
    .getAllByRole('cell')
    .map((cell) => cell.textContent);

test('each cell counts who holds it as a trade and who beside one; the disabled do not count', () => {
  render(
    <CapabilityMatrix
      agents={[
        anAgent({ primaryCapabilities: ['code_generation'], secondaryCapabilities: ['debugging'] }),
        anAgent({ primaryCapabilities: ['code_generation', 'testing'] }),
        anAgent({ type: 'debugger', primaryCapabilities: ['debugging'], enabled: false }),
      ]}
    />,
  );
  const implementer = 1;
  const debug = 3;
  expect(cells('code generation')[implementer]).toBe('■primary 2');
  expect(cells('debugging')[implementer]).toBe('□secondary 1');
  expect(cells('debugging')[debug]).toBe('·nobody, though its trade');
  expect(cells('deployment')[implementer]).toBe('nobody');
});

test('a capability that nobody holds says so, because its tasks would wait', () => {
  render(<CapabilityMatrix agents={[anAgent({ primaryCapabilities: ['code_generation'] })]} />);
  expect(screen.getByRole('rowheader', { name: /^scaling/ }).textContent).toContain('nobody holds it');
  expect(screen.getByRole('rowheader', { name: /^code generation/ }).textContent).not.toContain('nobody');
});
