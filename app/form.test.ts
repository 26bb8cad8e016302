import { expect, test } from 'vitest';
import { loginInput } from '../server/domain/login.ts';
import { createRepositoryInput } from '../server/domain/repository.ts';
import { createSessionInput } from '../server/domain/session-input.ts';
import { answerFrom } from './ask-answer.ts';
import { parseForm } from './form.ts';
import { repositoryValues } from './repository-form.ts';
import { sessionValues } from './session-form.ts';

function formOf(values: Record<string, string | string[]>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) for (const one of [value].flat()) form.append(name, one);
  return form;
}

const session = {
  title: 'Fix the rounding',
  prompt: 'Make it right.',
  repositoryId: '0198a1de-0000-7000-8000-000000000001',
  blueprint: 'single_task',
  priority: 'critical',
  type: 'execution',
  autonomy: 'auto',
  dependencyPolicy: 'skip',
  maxDurationSeconds: '3600',
  parallelism: '4',
  'budget.tokens': '5000',
  'budget.costUsd': '',
  tags: 'money, ledger ,',
  start: 'on',
};

test('the session form is what the domain takes', () => {
  const { status, payload: _, ...rest } = parseForm(formOf(session), createSessionInput, sessionValues);
  expect(status).toBe('success');
  expect('value' in rest && rest.value).toMatchObject({
    priority: 0,
    maxDurationSeconds: 3_600,
    parallelism: 4,
    budget: { tokens: 5_000 },
    tags: ['money', 'ledger'],
    start: true,
  });
});

test('only the parameters of the chosen blueprint are sent, as what they look like', () => {
  const values = {
    ...session,
    'blueprintParameters.single_task.hours': '3',
    'blueprintParameters.security.level': 'low',
  };
  const submission = parseForm(formOf(values), createSessionInput, sessionValues);
  expect(submission.status === 'success' && submission.value.parameters).toEqual({ hours: 3 });
});

test('an unchecked start means that it waits', () => {
  const { start: _, ...values } = session;
  const submission = parseForm(formOf(values), createSessionInput, sessionValues);
  expect(submission.status === 'success' && submission.value.start).toBe(false);
});

test('mistakes are named by field, and what was typed comes back', () => {
  const submission = parseForm(
    formOf({ ...session, title: 'untitled', parallelism: 'many', 'budget.tokens': '0' }),
    createSessionInput,
    sessionValues,
  );
  const reply = submission.reply();
  expect(Object.keys(reply.error ?? {}).toSorted()).toEqual(['budget.tokens', 'parallelism', 'title']);
  expect(reply.initialValue).toMatchObject({ title: 'untitled', parallelism: 'many', prompt: 'Make it right.' });
});

test('a prompt of 10,001 characters is refused and kept', () => {
  const prompt = 'x'.repeat(10_001);
  const reply = parseForm(formOf({ ...session, prompt }), createSessionInput, sessionValues).reply();
  expect(reply.error?.prompt).toBeDefined();
  expect(reply.initialValue?.prompt).toBe(prompt);
});

test('a wrong sign-in never sends the password back', () => {
  const reply = parseForm(formOf({ email: 'nobody', password: 'secret' }), loginInput).reply({
    hideFields: ['password'],
  });
  expect(reply.error?.email).toBeDefined();
  expect(JSON.stringify(reply)).not.toContain('secret');
});

test('commands are one a line, and an empty box is not a command', () => {
  const form = formOf({
    intent: 'create',
    source: '/srv/repo',
    name: '',
    verify: ' npm test \n\nnpm run build\n',
    setup: '',
  });
  const submission = parseForm(form, createRepositoryInput, repositoryValues);
  expect(submission.status === 'success' && submission.value).toEqual({
    source: '/srv/repo',
    verify: ['npm test', 'npm run build'],
  });
});

test('an ask card answers with a decision, an option, or own words', () => {
  expect(answerFrom(formOf({ decision: 'once', message: '' }))).toEqual({ decision: 'once' });
  expect(answerFrom(formOf({ decision: 'reject', message: ' Not today. ' }))).toEqual({
    decision: 'reject',
    message: 'Not today.',
  });
  expect(answerFrom(formOf({ decision: 'answer', option: '3000', text: '' }))).toEqual({ answers: ['3000'] });
  expect(answerFrom(formOf({ decision: 'answer', option: '3000', text: '4000' }))).toEqual({ answers: ['4000'] });
  expect(answerFrom(formOf({ decision: 'answer' }))).toEqual({ answers: [] });
});

test.each(['__proto__.polluted', '__proto__[polluted]', 'constructor.prototype.polluted', 'budget.__proto__.polluted'])(
  'a field named %s reaches the prototype of nothing, and is refused or left out',
  (name) => {
    const submission = parseForm(formOf({ ...session, [name]: 'yes' }), createSessionInput, sessionValues);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get([], 'polluted')).toBeUndefined();
    expect(JSON.stringify(submission.status === 'success' ? submission.value : {})).not.toContain('polluted');
  },
);
