import { afterEach, expect, test } from 'vitest';
import { endChildren, startChild } from './testing/children.ts';
import { testDatabaseUrl } from './testing/database.ts';

afterEach(endChildren);

test('a statement on a connection the server has ended fails, and neither ends the process nor the connections after it', async () => {
  const child = startChild('ended-connections.ts', testDatabaseUrl());
  expect(await child.line()).toMatch(/^(CONNECTION_CLOSED|57P01|ECONNRESET)$/);
  expect(await child.line()).toBe('works again');
  await child.ended;
  expect(child.process.exitCode).toBe(0);
});
