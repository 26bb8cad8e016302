import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultsInWords, readPlanAnswer, repairRequest } from './plan-answer.ts';

const task = (key: string, more: object = {}) => ({
  key,
  title: `Add ${key}`,
  capabilities: ['code_generation'],
  estimate: { optimistic: 1, likely: 2, pessimistic: 3 },
  ...more,
});
const plan = { tasks: [task('a'), task('b', { dependsOn: [{ key: 'a' }] })] };
const keysOf = (text: string) => {
  const answer = readPlanAnswer(text);
  return 'tasks' in answer ? answer.tasks.map(({ key }) => key) : answer.faults;
};
const faultsOf = (text: string) => {
  const answer = readPlanAnswer(text);
  return 'faults' in answer ? answer.faults : [];
};

test.each([
  ['bare', JSON.stringify(plan)],
  ['bare over lines', `\n${JSON.stringify(plan, null, 2)}\n`],
  ['in a json block', `Here it is:\n\n\`\`\`json\n${JSON.stringify(plan, null, 2)}\n\`\`\`\nThat is all.`],
  ['in a block without a name', `~~~\n${JSON.stringify(plan)}\n~~~`],
  ['in a block that nobody closed', `\`\`\`json\n${JSON.stringify(plan)}`],
  ['as a bare list', JSON.stringify(plan.tasks)],
])('a plan is read %s', (_, text) => {
  expect(keysOf(text)).toEqual(['a', 'b']);
});

test.each([
  ['', 'empty'],
  ['I would split it in two.', 'no JSON'],
  ['{ "tasks": [', 'not JSON'],
  ['```json\n{}\n```\nor\n```json\n{}\n```', '2 fenced blocks'],
  ['x'.repeat(1_000_001), 'longer than 1,000,000'],
])('what is no plan is said of the whole answer: %#', (text, reason) => {
  expect(faultsOf(text)).toEqual([{ place: '', message: expect.stringContaining(reason) }]);
});

test.each([
  [
    'a cycle',
    { tasks: [task('a', { dependsOn: [{ key: 'b' }] }), task('b', { dependsOn: [{ key: 'a' }] })] },
    'tasks[0].dependsOn',
    'wait for each other',
  ],
  ['an unknown capability', { tasks: [task('a', { capabilities: ['magic'] })] }, 'tasks[0].capabilities[0]', ''],
  ['an unknown key', { tasks: [task('a', { dependsOn: [{ key: 'z' }] })] }, 'tasks[0].dependsOn[0].key', 'no task z'],
  ['a key used twice', { tasks: [task('a'), task('a')] }, 'tasks[1].key', 'used twice'],
  ['no verb', { tasks: [task('a', { title: 'The thing' })] }, 'tasks[0].title', 'starts with one of'],
  ['no tasks', { tasks: [] }, 'tasks', 'at least one'],
  ['201 tasks', { tasks: Array.from({ length: 201 }, (_, place) => task(`t${place}`)) }, 'tasks', ''],
  ['a field nobody knows', { tasks: [task('a', { owner: 'me' })] }, 'tasks[0]', 'owner'],
  ['no list', { steps: [] }, 'tasks', ''],
])('%s is refused with its place', (_, value, place, message) => {
  const faults = faultsOf(JSON.stringify(value));
  expect(faults).toContainEqual({ place, message: expect.stringContaining(message) });
});

test('the request for a repair names each fault with its place, and counts what it leaves out', () => {
  const many = Array.from({ length: 40 }, (_, place) => ({ place: `tasks[${place}].key`, message: 'bad' }));
  const text = repairRequest(many, 1, 3);
  expect(text).toContain('- tasks[0].key: bad');
  expect(text).toContain('and 10 more');
  expect(text).not.toContain('tasks[30].key');
  expect(text).toContain('answer 1 of at most 3');
});

test('faults in one line name the first and count the others', () => {
  expect(
    faultsInWords([
      { place: 'tasks[0].key', message: 'bad' },
      { place: '', message: 'worse' },
    ]),
  ).toBe('tasks[0].key: bad (and 1 more)');
});

test('no answer, however strange, throws, and one without faults is a plan', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((json) => `text\n\`\`\`\n${json}\n\`\`\``),
      ),
      (text) => {
        const answer = readPlanAnswer(text);
        expect('tasks' in answer ? answer.tasks.length : answer.faults.length).toBeGreaterThan(0);
      },
    ),
  );
});
