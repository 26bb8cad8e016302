import { expect, test } from 'vitest';
import { DomainError, invalidFromZod } from './errors.ts';
import { enrolledCapabilities, eventsInput, heartbeatInput, registerInput, resultInput } from './external-agent.ts';

const agent = {
  enrolmentCode: 'oioe_x',
  protocolVersion: '1.0',
  name: 'AGENT-OUT-1',
  version: '2.1',
  agentType: 'implementer',
  capabilities: ['code_generation'],
};
const paths = (schema: { safeParse(value: unknown): { success: boolean; error?: unknown } }, value: unknown) => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  const error = invalidFromZod(parsed.error as Parameters<typeof invalidFromZod>[0]);
  return (error.details as { path: string }[]).map(({ path }) => path);
};

test('a registration says what is wrong with it, field by field', () => {
  expect(paths(registerInput, agent)).toEqual([]);
  for (const [field, value] of [
    ['name', 'worker'],
    ['name', 'AGENT-'],
    ['protocolVersion', '2.0'],
    ['agentType', 'wizard'],
    ['capabilities', []],
    ['endpointUrl', 'ftp://x'],
    ['endpointUrl', 'https://user:pass@example.com'],
    ['maxConcurrentTasks', 0],
    ['surprise', 1],
  ] as const)
    expect(paths(registerInput, { ...agent, [field]: value }), field).toEqual([field]);
  expect(paths(registerInput, { ...agent, capabilities: ['code_generation', 'magic'] })).toEqual(['capabilities.1']);
});

test('what a type may hold is primary, the rest secondary, and without any it is no agent of that type', () => {
  expect(
    enrolledCapabilities({ agentType: 'reviewer', capabilities: ['code_review', 'refactoring', 'code_review'] }),
  ).toEqual({ primary: ['code_review'], secondary: ['refactoring'] });
  expect(() => enrolledCapabilities({ agentType: 'reviewer', capabilities: ['refactoring'] })).toThrow(DomainError);
});

test.each([
  [heartbeatInput, { status: 'healthy', currentLoad: 0.5, tasksInProgress: 1, metrics: { cpu: 1 } }, []],
  [heartbeatInput, { status: 'well' }, ['status']],
  [heartbeatInput, { status: 'busy', currentLoad: 1.5 }, ['currentLoad']],
  [eventsInput, { epoch: 1, events: [] }, []],
  [eventsInput, { epoch: 0, events: [] }, ['epoch']],
  [eventsInput, { epoch: 1, events: [{ type: 'dance' }] }, ['events.0.type']],
  [
    eventsInput,
    {
      epoch: 1,
      events: [
        { type: 'progress', percent: 10 },
        { type: 'output', text: '' },
      ],
    },
    ['events.1.text'],
  ],
  [eventsInput, { epoch: 1, events: [{ type: 'output', text: 'x', extra: 1 }] }, ['events.0.extra']],
  [eventsInput, { epoch: 1, events: [{ type: 'ask', key: 'q', title: 'Which?' }] }, ['events.0.question']],
  [eventsInput, { epoch: 1, events: [{ type: 'artifact', path: '../x', content: '' }] }, ['events.0.path']],
  [resultInput, { epoch: 2, status: 'completed', tokens: { input: 1, output: 2 }, costUsd: 0.1 }, []],
  [resultInput, { epoch: 2, status: 'failed' }, ['error']],
  [resultInput, { epoch: 2, status: 'failed', error: { code: 'nope', message: 'x' } }, ['error']],
  [
    resultInput,
    { epoch: 2, status: 'completed', artifacts: [{ path: 'a', content: 'x', patch: 'y' }] },
    ['artifacts.0.content'],
  ],
  [resultInput, { epoch: 2, status: 'completed', artifacts: [{ path: '/a', content: 'x' }] }, ['artifacts.0.path']],
  [resultInput, { epoch: 2, status: 'completed', tokens: { input: -1, output: 2 } }, ['tokens.input']],
] as const)('a report is judged by its path (case %#)', (schema, body, expected) => {
  expect(paths(schema, body)).toEqual(expected);
});
