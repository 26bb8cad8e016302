import { expect, test } from 'vitest';
import { planValues } from './session-form.ts';

const form = {
  title: 'Add a login',
  prompt: 'With auth.',
  repositoryId: 'r1',
  parallelism: '3',
  tags: 'a, b',
  start: 'on',
  maxDurationSeconds: '3600',
  budget: { tokens: '5' },
  blueprintParameters: { security: { hours: '6', level: 'high' }, crud: { hours: '9' } },
};

test('a look ahead asks only with what decides the plan, and with the parameters of the one chosen', () => {
  expect(planValues({ ...form, blueprint: 'security' })).toEqual({
    title: 'Add a login',
    prompt: 'With auth.',
    repositoryId: 'r1',
    parallelism: 3,
    blueprint: 'security',
    parameters: { hours: 6, level: 'high' },
  });
});

test('letting the planner decide names no blueprint and no parameter', () => {
  const { title, prompt, repositoryId, parallelism } = form;
  expect(planValues({ ...form, blueprint: '' })).toEqual({
    title,
    prompt,
    repositoryId,
    parallelism: Number(parallelism),
  });
});

test('a form that is still empty can be asked with', () => {
  expect(planValues({})).toEqual({});
});
