import { expect, test } from 'vitest';
import type { RehearsalStep } from '../../domain/rehearsal.ts';
import { messagesOf, offeredTools, scriptedResults, userTexts } from './chat-messages.ts';
import { outlineTurn } from './outline-turn.ts';
import { checkRehearsal, scriptFor } from './rehearsal-script.ts';
import { nextTurn } from './rehearsal-turn.ts';

const block = (body: string, info = '') => `Do it.\n\n\`\`\`rehearsal${info}\n${body}\n\`\`\`\n`;
const run = { taskKey: 'main', order: 1, attempt: 1 };
const never = async () => 0;
const steps = (body: string): RehearsalStep[] => scriptFor([block(body)], run) ?? [];

const script = steps(`
- say: Hello.
- write: { path: a.txt, content: A }
- usage: { input: 10, output: 2 }
- wait: 1s
- say: Now the tests.
- bash: npm test
- say: Bye.`);

test('say, usage, wait and context join the answer of the next tool step', async () => {
  expect(await nextTurn(script, [], never)).toMatchObject({
    text: 'Hello.',
    waitSeconds: 0,
    move: { kind: 'tool', step: 2, tool: 'write', input: { filePath: 'a.txt', content: 'A' } },
  });
  expect(await nextTurn(script, [2], never)).toMatchObject({
    text: 'Now the tests.',
    usage: { input: 10, output: 2 },
    waitSeconds: 1,
    move: { kind: 'tool', step: 6, tool: 'bash' },
  });
  expect(await nextTurn(script, [6, 2], never)).toMatchObject({ text: 'Bye.', move: { kind: 'end' } });
});

test('values are kept by a tool call of their own where the request offers it, and by the gateway where not', async () => {
  const keeping = steps('- context: { set: { a.b: 1 } }\n- context: { set: { c: null } }\n- say: Kept.');
  const offered = new Set(['bash', 'orchestrator_context_set']);
  expect(await nextTurn(keeping, [], never, offered)).toMatchObject({
    context: {},
    move: { kind: 'tool', step: 1, tool: 'orchestrator_context_set', input: { values: { 'a.b': 1 } } },
  });
  expect((await nextTurn(keeping, [1], never, offered)).move).toMatchObject({
    step: 2,
    input: { values: { c: null } },
  });
  expect(await nextTurn(keeping, [2], never, offered)).toMatchObject({ text: 'Kept.', move: { kind: 'end' } });
  expect(await nextTurn(keeping, [], never, new Set(['bash']))).toMatchObject({
    text: 'Kept.',
    context: { 'a.b': 1, c: null },
    move: { kind: 'end' },
  });
  const body = { tools: [{ type: 'function', function: { name: 'bash', parameters: {} } }] };
  expect([offeredTools(body), offeredTools({ tools: 'bash' })]).toEqual([new Set(['bash']), new Set()]);
});

test('a script without a last word still ends with a short text', async () => {
  const turn = await nextTurn(steps('- bash: ls'), [1], never);
  expect(turn.move).toEqual({ kind: 'end' });
  expect(turn.text).not.toBe('');
});

test('a failure is served as often as it says, whatever order the calls come in', async () => {
  const failing = steps('- fail: server_error\n  times: 2\n- say: Well.');
  let served = 0;
  const count = async () => ++served;
  expect((await nextTurn(failing, [], count)).move).toEqual({ kind: 'fail', failure: 'server_error' });
  expect((await nextTurn(failing, [], count)).move).toEqual({ kind: 'fail', failure: 'server_error' });
  expect(await nextTurn(failing, [], count)).toMatchObject({ text: 'Well.', move: { kind: 'end' } });
});

test('only real results count: interrupted and aborted calls are run again', () => {
  const messages = messagesOf({
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'prompt' }] },
      { role: 'assistant', content: null, tool_calls: [{ id: 'step-1' }] },
      { role: 'tool', tool_call_id: 'step-1', content: 'done' },
      { role: 'tool', tool_call_id: 'step-2', content: '[Tool execution was interrupted]' },
      { role: 'tool', tool_call_id: 'step-3', content: 'Tool execution aborted' },
      {
        role: 'tool',
        tool_call_id: 'step-4',
        content: 'half\n\n<bash_metadata>\nUser aborted the command\n</bash_metadata>',
      },
      { role: 'tool', tool_call_id: 'call-9', content: 'not ours' },
    ],
  });
  expect([...scriptedResults(messages).keys()]).toEqual([1]);
  expect(userTexts(messages)).toEqual(['prompt']);
});

test('the block of the task, of its number and of the attempt is chosen; injected blocks come after', () => {
  const prompt = [
    block('- say: any'),
    block('- say: mine', ' task=main'),
    block('- say: again', ' task=main attempt=2'),
  ].join('\n');
  const says = (prompts: string[], attempt: number, taskKey = 'main') =>
    scriptFor(prompts, { taskKey, order: 1, attempt })?.map((step) => step.kind === 'say' && step.text);
  expect(says([prompt], 1)).toEqual(['mine']);
  expect(says([prompt], 3)).toEqual(['again']);
  expect(says([prompt], 1, 'other')).toEqual(['any']);
  expect(says([prompt, block('- say: injected')], 1)).toEqual(['mine', 'injected']);
  expect(scriptFor(['No block at all.'], run)).toBeNull();
});

test.each([
  ['- jump: high', /step 1: Unknown step jump/],
  ['- write: { path: a.txt }', /step 1: write:/],
  ['- bash: [unclosed', /YAML/],
  ['just words', /list of steps/],
  ['- fail: sometimes', /rate_limit/],
  [
    '- &a [x]\n- [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a]',
    /step|YAML|alias/i,
  ],
])('a wrong script is refused with its line: %s', (body, message) => {
  const [issue] = checkRehearsal(block(body));
  expect(issue?.path).toBe('prompt');
  expect(issue?.message).toMatch(/^Line 3/);
  expect(issue?.message).toMatch(message);
});

test('a right prompt has no issue, and an unknown word after rehearsal has one', () => {
  expect(checkRehearsal(`${block('- say: x')}\n${block('- bash: ls', ' task=2 attempt=1')}`)).toEqual([]);
  expect(checkRehearsal('No block.')).toEqual([]);
  expect(checkRehearsal(block('- say: x', ' loudly'))[0]?.message).toContain('loudly');
});

test('without a script the outline is read, what stands in WORKLOG.md is kept, and the end is honest', () => {
  const results = new Map<number, string>();
  expect(outlineTurn('main', results).move).toMatchObject({ step: 1, tool: 'glob' });
  results.set(1, '/w/repo/src/a.ts\n/w/repo/WORKLOG.md\n/w/repo/b.md');
  expect(outlineTurn('main', results).move).toMatchObject({ step: 2, tool: 'read', input: { filePath: 'WORKLOG.md' } });
  results.set(
    2,
    '<path>/w/repo/WORKLOG.md</path>\n<content>\n1: # Work log\n2: \n3: Before.\n\n(End of file - total 3 lines)\n</content>',
  );
  const { move } = outlineTurn('main', results);
  expect(move).toMatchObject({ step: 3, tool: 'write', input: { filePath: 'WORKLOG.md' } });
  const content = move.kind === 'tool' && 'content' in move.input ? String(move.input.content) : '';
  expect(content).toMatch(/^# Work log\n\nBefore\.\n\n## Task main/);
  expect(content).toContain('- src/a.ts\n');
  results.set(3, 'Wrote file successfully.');
  expect(outlineTurn('main', results)).toMatchObject({
    move: { kind: 'end' },
    text: expect.stringContaining('no intelligence'),
  });
});

test('without a script and without a tool to write with, it says what it saw and that it changed nothing', () => {
  const results = new Map([[1, '/w/repo/src/a.ts\n/w/repo/b.md']]);
  expect(outlineTurn('review', results, false)).toMatchObject({
    move: { kind: 'end' },
    text: expect.stringMatching(/no intelligence.*2 files\) and changed nothing/),
  });
});
