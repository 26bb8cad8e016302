import { expect, test } from 'vitest';
import { namesApart } from './context-words.ts';

test('contexts of one name are numbered where one is chosen among them, others keep their name', () => {
  const line = (id: string, name: string) => ({ id, name, scope: 'temporary' as const });
  expect([...namesApart([line('a', ''), line('b', 'Ports'), line('c', '')]).values()]).toEqual([
    'unnamed temporary context 1',
    'Ports',
    'unnamed temporary context 2',
  ]);
});
