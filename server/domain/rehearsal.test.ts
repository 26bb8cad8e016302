import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blocksFor, fencedBlocks, rehearsalStep, rehearsalSteps, stepsFor, unknownTargets } from './rehearsal.ts';

test.each([
  [{ write: { path: 'a.js', content: 'x' } }, { kind: 'write', path: 'a.js', content: 'x' }],
  [{ edit: { path: 'a', find: 'b', replace: '' } }, { kind: 'edit', path: 'a', find: 'b', replace: '' }],
  [{ bash: 'npm test' }, { kind: 'bash', command: 'npm test' }],
  [{ ask: 'npm publish --dry-run' }, { kind: 'ask', command: 'npm publish --dry-run' }],
  [{ question: 'Which port?' }, { kind: 'question', text: 'Which port?', options: [] }],
  [
    { question: { text: 'Which?', options: ['3000', 8080] } },
    { kind: 'question', text: 'Which?', options: ['3000', '8080'] },
  ],
  [{ say: 42 }, { kind: 'say', text: '42' }],
  [{ todo: ['first', 'second'] }, { kind: 'todo', items: ['first', 'second'] }],
  [{ usage: { input: 1000, output: 200 } }, { kind: 'usage', input: 1000, output: 200 }],
  [{ wait: '2s' }, { kind: 'wait', seconds: 2 }],
  [{ wait: 2 }, { kind: 'wait', seconds: 2 }],
  [{ wait: '500ms' }, { kind: 'wait', seconds: 0.5 }],
  [{ context: { set: { 'build.tool': 'npm' } } }, { kind: 'context', set: { 'build.tool': 'npm' } }],
  [{ fail: 'rate_limit' }, { kind: 'fail', failure: 'rate_limit', times: 1 }],
  [
    { fail: 'hang', times: 3 },
    { kind: 'fail', failure: 'hang', times: 3 },
  ],
])('the step %o is read', (input, step) => {
  expect(rehearsalStep.parse(input)).toEqual(step);
});

test.each([
  [{ delete: 'a.js' }, 'delete'],
  [{ write: { path: 'a.js' } }, 'write'],
  [{ write: { path: 'a.js', content: 'x', mode: 1 } }, 'mode'],
  [{ bash: 'ls', say: 'x' }, 'say'],
  [{ fail: 'explode' }, 'fail'],
  [{ fail: 'hang', times: 0 }, 'fail'],
  [{ wait: 'soon' }, 'wait'],
  [{ wait: -1 }, 'wait'],
  [{ context: { unset: ['a'] } }, 'context'],
  ['ls', 'mapping'],
  [null, 'mapping'],
  [[], 'mapping'],
])('the step %o is refused, saying what is wrong', (input, part) => {
  const { error } = rehearsalStep.safeParse(input);
  expect(error?.issues.map((issue) => issue.message).join()).toContain(part);
});

test('a body is a list; an empty body is an empty script', () => {
  expect(rehearsalSteps.parse(null)).toEqual([]);
  expect(rehearsalSteps.safeParse({ bash: 'ls' }).success).toBe(false);
  expect(rehearsalSteps.safeParse([{ bash: 'ls' }, { nope: 1 }]).error?.issues[0]?.path).toEqual([1]);
});

const fence = (info: string, body = '- bash: ls\n', ticks = '```') => `${ticks}${info}\n${body}${ticks}\n`;

test('the blocks of a prompt are found with target, attempt and line', () => {
  const prompt = `Do it.\n\n${fence('rehearsal')}\ntext\n${fence('rehearsal task=fix attempt=2')}${fence('rehearsal conflict')}${fence('rehearsal plan')}${fence('js')}`;
  expect(fencedBlocks(prompt).map(({ target, attempt, line }) => [target, attempt, line])).toEqual([
    [{ kind: 'any' }, null, 3],
    [{ kind: 'task', key: 'fix' }, 2, 8],
    [{ kind: 'conflict' }, null, 11],
    [{ kind: 'plan', key: null }, null, 14],
  ]);
  expect(fencedBlocks(prompt)[0]?.body).toBe('- bash: ls\n');
});

test.each([
  ['no fence', 'rehearsal\n- bash: ls', 0],
  ['windows line ends', '```rehearsal\r\n- bash: ls\r\n```\r\n', 1],
  ['tildes', '~~~rehearsal\n- bash: ls\n~~~', 1],
  ['a longer fence', fence('rehearsal', '- say: "```"\n', '````'), 1],
  ['a space before the word', '``` rehearsal\n- bash: ls\n```', 1],
  ['an indent of 3', '   ```rehearsal\n   - bash: ls\n   ```', 1],
  ['an indent of 4, which is code', '    ```rehearsal\n    - bash: ls\n    ```', 0],
  ['an unclosed fence', '```rehearsal\n- bash: ls', 1],
  ['a block inside another fence', `\`\`\`\`md\n${fence('rehearsal')}\`\`\`\``, 0],
  ['a word that only begins alike', fence('rehearsals'), 0],
  ['backticks in the info string, which is no fence', '```rehearsal `x`\n', 0],
])('%s', (_, prompt, count) => {
  const blocks = fencedBlocks(prompt);
  expect(blocks).toHaveLength(count);
  for (const { body } of blocks) expect(body.startsWith('- ')).toBe(true);
});

test('a shorter fence inside a block belongs to its body', () => {
  const [block] = fencedBlocks('````rehearsal\n- say: |\n```\n- bash: ls\n````\n');
  expect(block?.body).toBe('- say: |\n```\n- bash: ls\n');
});

test.each([
  'rehearsal foo',
  'rehearsal attempt=0',
  'rehearsal attempt=x',
  'rehearsal task=',
  'rehearsal plan conflict',
  'rehearsal task=a task=b',
])('the info string "%s" is refused with its line', (info) => {
  expect(() => fencedBlocks(`\n${fence(info)}`)).toThrow(
    expect.objectContaining({
      code: 'INVALID',
      details: [{ path: 'prompt', message: expect.stringContaining('Line 2') }],
    }),
  );
});

test('any text is read without a fault of ours, and bodies come back whole', () => {
  const line = fc.string({ maxLength: 20 }).filter((text) => !/[`~\r\n]/.test(text));
  fc.assert(
    fc.property(fc.array(line), fc.array(line), fc.array(line), (before, body, after) => {
      const prompt = [...before, '```rehearsal task=a', ...body, '```', ...after].join('\n');
      const blocks = fencedBlocks(prompt);
      expect(blocks).toHaveLength(1);
      expect(blocks[0]?.body).toBe(body.map((one) => `${one}\n`).join(''));
      expect(blocks[0]?.line).toBe(before.length + 1);
    }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('```', '````', '~~~', '```js', '```rehearsal', 'text', '  ```', '')),
      (lines) => {
        expect(Array.isArray(fencedBlocks(lines.join('\n')))).toBe(true);
      },
    ),
  );
});

const block = (info: string, say: string) => {
  const found = fencedBlocks(fence(info)).map((one) => ({ ...one, steps: [{ kind: 'say' as const, text: say }] }));
  const [only] = found;
  if (only === undefined) throw new Error('no block');
  return only;
};
const script = (blocks: ReturnType<typeof block>[], run: Parameters<typeof stepsFor>[1]) =>
  stepsFor(blocks, run)?.map((step) => (step.kind === 'say' ? step.text : '')) ?? null;
const task = (taskKey: string, order: number, attempt = 1) => ({ taskKey, order, attempt });

test('a block goes to the task of its key or its number, one without a key to all that have none of their own', () => {
  const blocks = [block('rehearsal', 'any'), block('rehearsal task=fix', 'fix'), block('rehearsal task=3', 'third')];
  expect(script(blocks, task('fix', 1))).toEqual(['fix']);
  expect(script(blocks, task('review', 3))).toEqual(['third']);
  expect(script(blocks, task('test', 2))).toEqual(['any']);
  expect(script([], task('test', 2))).toBeNull();
});

test('several blocks for one target join in order', () => {
  const blocks = [block('rehearsal task=fix', 'a'), block('rehearsal task=1', 'b'), block('rehearsal task=fix', 'c')];
  expect(script(blocks, task('fix', 1))).toEqual(['a', 'b', 'c']);
});

test('of the attempts the highest that fits is used', () => {
  const blocks = [
    block('rehearsal task=fix', 'any'),
    block('rehearsal task=fix attempt=2', 'two'),
    block('rehearsal task=fix attempt=4', 'four'),
  ];
  expect([1, 2, 3, 4, 9].map((attempt) => script(blocks, task('fix', 1, attempt)))).toEqual([
    ['any'],
    ['two'],
    ['two'],
    ['four'],
    ['four'],
  ]);
});

test('planners and resolvers get only blocks of their own', () => {
  const blocks = [block('rehearsal', 'any'), block('rehearsal conflict', 'resolve'), block('rehearsal plan', 'plan')];
  expect(script(blocks, { role: 'plan', taskKey: null, attempt: 1 })).toEqual(['plan']);
  expect(script(blocks, { role: 'conflict', attempt: 1 })).toEqual(['resolve']);
  expect(script([block('rehearsal', 'any')], { role: 'plan', taskKey: null, attempt: 1 })).toBeNull();
  expect(blocksFor(blocks, task('a', 1))).toHaveLength(1);
});

test('a plan block with a task is for the planner that splits this one', () => {
  const blocks = [block('rehearsal plan', 'whole'), block('rehearsal plan task=big', 'split')];
  expect(script(blocks, { role: 'plan', taskKey: null, attempt: 1 })).toEqual(['whole']);
  expect(script(blocks, { role: 'plan', taskKey: 'big', attempt: 1 })).toEqual(['split']);
  expect(script(blocks, { role: 'plan', taskKey: 'small', attempt: 1 })).toBeNull();
  expect(unknownTargets(blocks, ['small'])).toHaveLength(1);
});

test('a block for a task that is not in the plan is named', () => {
  const blocks = [block('rehearsal task=fix', 'a'), block('rehearsal task=2', 'b'), block('rehearsal', 'c')];
  expect(unknownTargets(blocks, ['fix', 'verify'])).toEqual([]);
  expect(unknownTargets(blocks, ['task'])).toHaveLength(2);
});
