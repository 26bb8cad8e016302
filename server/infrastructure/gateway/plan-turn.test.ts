import { expect, test } from 'vitest';
import { readPlanAnswer } from '../../domain/plan-answer.ts';
import type { GatewayAttempt } from './model-call.ts';
import { planTurn } from './plan-turn.ts';
import { checkRehearsal, rehearsalPlans } from './rehearsal-script.ts';

const asked = (number = 1, goal: GatewayAttempt['goal'] = { title: 'A shop', taskKey: null }): GatewayAttempt => ({
  attemptId: 'a',
  sessionId: 's',
  teamId: 't',
  taskKey: '@plan',
  role: 'plan',
  goal,
  number,
  epoch: 1,
  status: 'running',
});
const block = (info: string, ...lines: string[]) =>
  `\`\`\`rehearsal plan ${info}\n${lines.map((line) => `${line}\n`).join('')}\`\`\`\n`;
const plan = [
  'tasks:',
  '  - key: one',
  '    title: Add one',
  '    estimate: { optimistic: 1, likely: 2, pessimistic: 3 }',
];

test('without a plan block the planner answers a plan of one task that the reader takes', () => {
  const answer = readPlanAnswer(planTurn(['Plan the shop.'], asked()));
  expect(answer).toMatchObject({ tasks: [{ key: 'task', title: 'Implement: A shop' }] });
});

test('a map and a list are answered as JSON, a text as it stands', () => {
  expect(readPlanAnswer(planTurn([block('', ...plan)], asked()))).toMatchObject({ tasks: [{ key: 'one' }] });
  const list = plan.slice(1).map((line) => line.slice(2));
  expect(readPlanAnswer(planTurn([block('', ...list)], asked()))).toMatchObject({ tasks: [{ key: 'one' }] });
  expect(planTurn([block('', 'I would rather not.')], asked())).toBe('I would rather not.');
});

test('the attempt of a plan block is the how-manieth time the planner is asked', () => {
  const prompt = `${block('attempt=1', 'No idea.')}${block('attempt=2', ...plan)}`;
  expect(planTurn([prompt], asked())).toBe('No idea.');
  expect(planTurn([prompt, 'Your plan cannot be used yet'], asked())).toContain('"one"');
  expect(planTurn([prompt], asked(2))).toContain('"one"');
});

test('a planner that splits a task answers by the blocks for this task', () => {
  const prompt = `${block('', 'The whole.')}${block('task=big', 'The split.')}`;
  expect(planTurn([prompt], asked(1, { title: 'Add big', taskKey: 'big' }))).toBe('The split.');
  expect(readPlanAnswer(planTurn([prompt], asked(1, { title: 'Add small', taskKey: 'small' })))).toMatchObject({
    tasks: [{ key: 'task', title: 'Add small' }],
  });
});

test('what a session’s planner may answer is told in the order it is asked, and bad YAML is refused before', () => {
  const prompt = `${block('attempt=2', ...plan)}${block('', 'No idea.')}${block('task=big', 'The split.')}`;
  expect(rehearsalPlans(prompt)).toEqual(['No idea.', expect.stringContaining('"one"')]);
  expect(rehearsalPlans('Do it.')).toEqual([]);
  expect(checkRehearsal(block('', 'tasks: [')).length).toBe(1);
});
