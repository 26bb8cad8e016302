import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PermissionPreset } from '../../domain/agent.ts';
import { only, type RuntimeFixture, runToEnd, startRuntime } from './runtime-testing.ts';

let runtime: RuntimeFixture;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime?.close());

/** Runs a script under a preset and rejects what is asked; tells what was asked, what worked and how it ended. */
async function under(permissionPreset: PermissionPreset, script: string) {
  const order = runtime.order(script, { agent: { name: 'tester', permissionPreset } });
  const events = await runToEnd(runtime, order, async (event) => {
    if (event.type === 'ask')
      await runtime.runner.answer(order, event.ask, { decision: 'reject', message: 'Not in this test.' });
  });
  return {
    order,
    asked: only(events, 'ask').map(({ ask }) => ask.command ?? ask.permission),
    worked: only(events, 'tool_call').flatMap(({ status, callId }) => (status === 'completed' ? [callId] : [])),
    end: events.at(-1),
  };
}

test('read_only reads and can write in no way: not by a tool, a command, a redirection or an option', async () => {
  const { order, asked, worked, end } = await under(
    'read_only',
    `
- bash: cat greeting.txt
- bash: git log --oneline
- write: { path: new.txt, content: "written\\n" }
- edit: { path: greeting.txt, find: hello, replace: changed }
- bash: touch touched.txt
- bash: echo hello > echoed.txt
- bash: cat greeting.txt > copied.txt
- bash: cat greeting.txt >> package.json
- bash: ls $(touch nested.txt)
- bash: git diff --output=diffed.txt HEAD
- bash: cat greeting.txt | tee piped.txt
- bash: npm test
- say: That is what I saw.`,
  );
  expect(readdirSync(order.directory).sort()).toEqual(['.git', 'greeting.txt', 'package.json']);
  expect(readFileSync(join(order.directory, 'greeting.txt'), 'utf8')).toBe('hello\n');
  expect(readFileSync(join(order.directory, 'package.json'), 'utf8')).not.toContain('hello');
  expect(worked.filter((call) => ['step-1', 'step-2'].includes(call))).toEqual(['step-1', 'step-2']);
  expect(asked).toEqual([]);
  expect(end).toEqual({ type: 'completed', text: 'That is what I saw.' });
});

test('documents writes files and runs the scripts of the project, and asks for any other command', async () => {
  const { order, asked, worked } = await under(
    'documents',
    `
- write: { path: docs/design.md, content: "# Design\\n" }
- bash: npm test
- bash: npm run test
- bash: git show --stat
- bash: node --version
- bash: npm install
- say: Settled.`,
  );
  expect(existsSync(join(order.directory, 'docs/design.md'))).toBe(true);
  expect(worked).toEqual(['step-1', 'step-2', 'step-3', 'step-4']);
  expect(asked).toEqual(['node --version', 'npm install']);
});

test('integration runs what standard asks for, and publishing is asked for by both', async () => {
  const script = `
- bash: npm pack --dry-run
- bash: git merge-base HEAD HEAD
- bash: git ls-files
- ask: npm publish --dry-run
- say: Joined.`;
  expect((await under('integration', script)).asked).toEqual(['npm publish --dry-run']);
  const standard = await under('standard', script);
  expect(standard.asked).toEqual([
    'npm pack --dry-run',
    'git merge-base HEAD HEAD',
    'git ls-files',
    'npm publish --dry-run',
  ]);
  expect(standard.worked).toEqual([]);
});

test('a reviewer without a script ends in words and leaves the worktree as it was', async () => {
  const order = runtime.order(null, { agent: { name: 'reviewer', permissionPreset: 'read_only' } });
  const events = await runToEnd(runtime, order);
  expect(events.at(-1)).toMatchObject({ type: 'completed', text: expect.stringContaining('changed nothing') });
  expect(readdirSync(order.directory).sort()).toEqual(['.git', 'greeting.txt', 'package.json']);
});
