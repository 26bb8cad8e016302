import { expect, test } from 'vitest';
import { assertHoldings, createAgentInput, heldCapabilities, updateAgentInput } from './agent-input.ts';
import { invalidFromZod } from './errors.ts';

const minimal = { name: 'AGENT-FAST-1', type: 'implementer', primaryCapabilities: ['code_generation'] };

/** The issues of an input that is refused. */
function refused(input: unknown, schema: typeof createAgentInput | typeof updateAgentInput = createAgentInput) {
  const parsed = schema.safeParse(input);
  if (parsed.success) throw new Error('It was taken');
  return invalidFromZod(parsed.error).details as { path: string; message: string }[];
}

test('name, type and one primary capability are enough; the rest has the defaults of the specification', () => {
  expect(createAgentInput.parse(minimal)).toEqual({
    ...minimal,
    secondaryCapabilities: [],
    model: null,
    temperature: 0.3,
    preferredTechnologies: [],
    avoidedTechnologies: [],
    preferredSessionTypes: [],
    preferredComplexity: 'moderate',
    minimumQuality: 0.7,
    maxConcurrentTasks: 5,
    enabled: true,
  });
});

test.each([['agent-fast'], ['FAST-1'], ['AGENT-'], ['AGENT-fast'], ['AGENT-A_B'], [`AGENT-${'A'.repeat(45)}`], ['']])(
  'the name %o is refused with the form it must have',
  (name) => {
    expect(refused({ ...minimal, name })).toEqual([
      { path: 'name', message: expect.stringContaining('AGENT- and capital letters') },
    ]);
  },
);

test('an unknown capability is named, with its place', () => {
  expect(refused({ ...minimal, primaryCapabilities: ['code_generation', 'telepathy'] })).toEqual([
    { path: 'primaryCapabilities.1', message: 'There is no capability telepathy' },
  ]);
  expect(refused({ secondaryCapabilities: [7] }, updateAgentInput)).toEqual([
    { path: 'secondaryCapabilities.0', message: 'There is no capability of that form' },
  ]);
});

test('a primary capability the type may not hold is refused with those it may', () => {
  const [issue] = refused({ ...minimal, type: 'reviewer' });
  expect(issue?.path).toBe('primaryCapabilities.0');
  expect(issue?.message).toContain('code_review, security_audit, performance_analysis, compliance_check, testing');
  expect(createAgentInput.safeParse({ ...minimal, type: 'reviewer', primaryCapabilities: ['testing'] }).success).toBe(
    true,
  );
});

test.each<[object, string]>([
  [{ primaryCapabilities: [] }, 'primaryCapabilities'],
  [{ temperature: 2.1 }, 'temperature'],
  [{ minimumQuality: -0.1 }, 'minimumQuality'],
  [{ maxConcurrentTasks: 51 }, 'maxConcurrentTasks'],
  [{ maxConcurrentTasks: 1.5 }, 'maxConcurrentTasks'],
  [{ model: 'gpt' }, 'model'],
  [{ systemPrompt: '  ' }, 'systemPrompt'],
  [{ permissionPreset: 'root' }, 'permissionPreset'],
  [{ preferredSessionTypes: ['party'] }, 'preferredSessionTypes.0'],
  [{ preferredTechnologies: ['Node'], avoidedTechnologies: ['go', 'node'] }, 'avoidedTechnologies.1'],
  [{ state: 'online' }, 'state'],
])('%o is refused at its place', (change, path) => {
  expect(refused({ ...minimal, ...change }).map((issue) => issue.path)).toEqual([path]);
});

test('a change says only what changes, and never the type', () => {
  expect(updateAgentInput.parse({ temperature: 1 })).toEqual({ temperature: 1 });
  expect(refused({ type: 'architect' }, updateAgentInput)).toEqual([{ path: 'type', message: 'Unknown field' }]);
});

test('what is kept holds each capability once, as primary where it is', () => {
  expect(heldCapabilities(['testing', 'testing'], ['testing', 'debugging', 'debugging'])).toEqual({
    primaryCapabilities: ['testing'],
    secondaryCapabilities: ['debugging'],
  });
  const holdings = { type: 'debugger' as const, preferredTechnologies: [], avoidedTechnologies: [] };
  expect(() => assertHoldings({ ...holdings, primaryCapabilities: ['debugging', 'deployment'] })).toThrow(
    'primaryCapabilities.1: An agent of the type debugger cannot hold deployment',
  );
});
