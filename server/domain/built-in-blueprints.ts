/** The built-in catalogue, with the keys, capabilities and hours of domain.md 4; written as any other blueprint is. */
import type { Capability } from './agent.ts';
import type { Blueprint, BlueprintParameter } from './blueprint.ts';

const hours: BlueprintParameter = { key: 'hours', type: 'number', default: 12 };

/** Starts as soon as this one has started. */
const withStart = (key: string) => ({ key, type: 'start_to_start' });

export const builtInBlueprints: readonly Blueprint[] = [
  {
    key: 'single_task',
    name: 'Single task',
    version: '1',
    description: 'The whole goal as one task.',
    parameters: [hours],
    tasks: [task('task', '{{ verb(title, "Implement: ") }}', ['code_generation'], '{{ hours }}')],
  },
  {
    key: 'bug_fix',
    name: 'Bug fix',
    version: '1',
    description: 'Reproduce a fault, fix it, verify the fix, review it.',
    parameters: [],
    tasks: chain([
      {
        ...task('reproduce', 'Investigate and reproduce: {{ title }}', ['debugging', 'test_generation'], 2),
        description:
          'Find the cause and write a test that shows the fault, marked as expected to fail (todo in node:test, it.fails in vitest), so that the suite still passes. Change no production code.',
      },
      {
        ...task('fix', '{{ verb(title, "Fix: ") }}', ['bug_fixing'], 4),
        description: 'Mend the cause, and take the mark off the test that shows the fault: it must pass now.',
      },
      task('verify', 'Verify the fix: {{ title }}', ['testing'], 2),
      task('review', 'Review the fix: {{ title }}', ['code_review'], 1),
    ]),
  },
  {
    key: 'refactoring',
    name: 'Refactoring',
    version: '1',
    description: 'Analyze the code, plan the change, refactor, verify that behaviour stands.',
    parameters: [],
    tasks: chain([
      task('analyze', 'Analyze the code: {{ title }}', ['code_review'], 1),
      task('plan', 'Plan the refactoring: {{ title }}', ['system_design'], 2),
      task('refactor', '{{ verb(title, "Refactor: ") }}', ['refactoring'], 4),
      task('verify', 'Verify the behaviour: {{ title }}', ['test_generation'], 2),
    ]),
  },
  {
    key: 'web_service',
    name: 'Web service',
    version: '1',
    description: 'Requirements, design, implementation, tests and deployment of a service.',
    parameters: [],
    tasks: chain([
      task('requirements', 'Analyze the requirements: {{ title }}', ['requirements_analysis'], 2),
      task('design', 'Design the service: {{ title }}', ['system_design'], 4),
      task('implement', 'Implement the service: {{ title }}', ['code_generation'], 8),
      task('test', 'Test the service: {{ title }}', ['test_generation'], 4),
      task('deploy', 'Deploy the service: {{ title }}', ['deployment'], 2),
    ]),
  },
  {
    key: 'security',
    name: 'Security',
    version: '1',
    description: 'A security feature in four steps; the level scales the hours.',
    parameters: [
      hours,
      { key: 'level', type: 'string', default: 'high', options: ['low', 'medium', 'high', 'critical'] },
    ],
    tasks: chain(
      [
        task('design', 'Design the security: {{ title }}', ['system_design', 'security_audit']),
        task('implementation', 'Implement the security: {{ title }}', ['code_generation', 'security_audit']),
        task('testing', 'Test the security: {{ title }}', ['test_generation', 'security_audit']),
        task('audit', 'Audit the security: {{ title }}', ['security_audit', 'code_review']),
      ].map((one) => ({
        ...one,
        estimate: { likely: '{{ hours * choose(level, "low", 0.5, "medium", 1, "high", 1.5, "critical", 2) / 4 }}' },
      })),
    ),
  },
  {
    key: 'microservice',
    name: 'Microservices',
    version: '1',
    description: 'Three services that start as soon as each of three shared components has started.',
    parameters: [hours],
    tasks: [
      task('auth', 'Implement the authentication component: {{ title }}', ['code_generation'], '{{ hours / 6 }}'),
      task('database', 'Implement the database component: {{ title }}', ['code_generation'], '{{ hours / 6 }}'),
      task('api_gateway', 'Implement the API gateway: {{ title }}', ['code_generation'], '{{ hours / 6 }}'),
      ...[1, 2, 3].map((number) => ({
        ...task(
          `service_${number}`,
          `Implement service ${number}: {{ title }}`,
          ['code_generation'],
          '{{ hours / 6 }}',
        ),
        dependsOn: ['auth', 'database', 'api_gateway'].map(withStart),
      })),
    ],
  },
  {
    key: 'crud',
    name: 'CRUD',
    version: '1',
    description: 'The four operations on a model, then their tests.',
    parameters: [hours],
    tasks: [
      ...['create', 'read', 'update', 'delete'].map((operation) =>
        task(operation, `Implement ${operation}: {{ title }}`, ['code_generation'], '{{ hours / 4 }}'),
      ),
      {
        ...task('tests', 'Test the operations: {{ title }}', ['test_generation'], '{{ hours * 0.3 }}'),
        dependsOn: ['create', 'read', 'update', 'delete'].map((key) => ({ key })),
      },
    ],
  },
  {
    key: 'ui_component',
    name: 'User interface',
    version: '1',
    description: 'Layout and navigation; forms, tables and charts start with the layout.',
    parameters: [hours],
    tasks: ['layout', 'navigation', 'forms', 'tables', 'charts'].map((part, place) => ({
      ...task(part, `Implement the ${part}: {{ title }}`, ['code_generation'], '{{ hours / 5 }}'),
      ...(place >= 2 && { dependsOn: [withStart('layout')] }),
    })),
  },
];

function task(key: string, title: string, capabilities: readonly Capability[], likely?: number | string) {
  return { key, title, capabilities, ...(likely !== undefined && { estimate: { likely } }) };
}

/** Each task waits for the one before it. */
function chain(tasks: readonly { readonly key: string; readonly description?: string }[]): Blueprint['tasks'] {
  return tasks.map((one, place) => {
    const before = tasks[place - 1];
    return before === undefined ? { ...one } : { ...one, dependsOn: [{ key: before.key }] };
  });
}
