/** The built-in catalogue, with the keys, capabilities and hours of domain.md 4. */
import type { Capability } from './agent.ts';
import type { BlueprintParameter, BlueprintSession, ParameterValue, PlanTaskInput } from './blueprint.ts';
import { around } from './estimate.ts';
import { startsWithVerb } from './task.ts';

export interface BuiltInBlueprint {
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly parameters: readonly BlueprintParameter[];
  readonly tasks: (parameters: Readonly<Record<string, ParameterValue>>, session: BlueprintSession) => PlanTaskInput[];
}

const hoursParameter: BlueprintParameter = { key: 'hours', type: 'number', default: 12 };
const levelFactors: Record<string, number> = { low: 0.5, medium: 1, high: 1.5, critical: 2 };

export const builtInBlueprints: readonly BuiltInBlueprint[] = [
  {
    key: 'single_task',
    name: 'Single task',
    version: '1',
    description: 'The whole goal as one task.',
    parameters: [hoursParameter],
    tasks: ({ hours }, { title }) => [
      task('task', startsWithVerb(title) ? title : `Implement: ${title}`, ['code_generation'], hoursOf(hours)),
    ],
  },
  {
    key: 'bug_fix',
    name: 'Bug fix',
    version: '1',
    description: 'Reproduce a fault, fix it, verify the fix, review it.',
    parameters: [],
    tasks: (_, { title }) =>
      chain([
        task('reproduce', `Investigate and reproduce: ${title}`, ['debugging', 'test_generation'], 2),
        task('fix', startsWithVerb(title) ? title : `Fix: ${title}`, ['bug_fixing'], 4),
        task('verify', `Verify the fix: ${title}`, ['testing'], 2),
        task('review', `Review the fix: ${title}`, ['code_review'], 1),
      ]),
  },
  {
    key: 'refactoring',
    name: 'Refactoring',
    version: '1',
    description: 'Analyze the code, plan the change, refactor, verify that behaviour stands.',
    parameters: [],
    tasks: (_, { title }) =>
      chain([
        task('analyze', `Analyze the code: ${title}`, ['code_review'], 1),
        task('plan', `Plan the refactoring: ${title}`, ['system_design'], 2),
        task('refactor', startsWithVerb(title) ? title : `Refactor: ${title}`, ['refactoring'], 4),
        task('verify', `Verify the behaviour: ${title}`, ['test_generation'], 2),
      ]),
  },
  {
    key: 'web_service',
    name: 'Web service',
    version: '1',
    description: 'Requirements, design, implementation, tests and deployment of a service.',
    parameters: [],
    tasks: (_, { title }) =>
      chain([
        task('requirements', `Analyze the requirements: ${title}`, ['requirements_analysis'], 2),
        task('design', `Design the service: ${title}`, ['system_design'], 4),
        task('implement', `Implement the service: ${title}`, ['code_generation'], 8),
        task('test', `Test the service: ${title}`, ['test_generation'], 4),
        task('deploy', `Deploy the service: ${title}`, ['deployment'], 2),
      ]),
  },
  {
    key: 'security',
    name: 'Security',
    version: '1',
    description: 'A security feature in four steps; the level scales the hours.',
    parameters: [
      hoursParameter,
      { key: 'level', type: 'string', default: 'high', options: ['low', 'medium', 'high', 'critical'] },
    ],
    tasks: ({ hours, level }, { title }) => {
      const each = (hoursOf(hours) * (levelFactors[String(level)] ?? 1)) / 4;
      return chain([
        task('design', `Design the security: ${title}`, ['system_design', 'security_audit'], each),
        task('implementation', `Implement the security: ${title}`, ['code_generation', 'security_audit'], each),
        task('testing', `Test the security: ${title}`, ['test_generation', 'security_audit'], each),
        task('audit', `Audit the security: ${title}`, ['security_audit', 'code_review'], each),
      ]);
    },
  },
  {
    key: 'microservice',
    name: 'Microservices',
    version: '1',
    description: 'Three services that start as soon as each of three shared components has started.',
    parameters: [hoursParameter],
    tasks: ({ hours }, { title }) => {
      const each = hoursOf(hours) / 6;
      const components = [
        task('auth', `Implement the authentication component: ${title}`, ['code_generation'], each),
        task('database', `Implement the database component: ${title}`, ['code_generation'], each),
        task('api_gateway', `Implement the API gateway: ${title}`, ['code_generation'], each),
      ];
      const services = [1, 2, 3].map((number) => ({
        ...task(`service_${number}`, `Implement service ${number}: ${title}`, ['code_generation'], each),
        dependsOn: components.map(({ key }) => ({ key, type: 'start_to_start' as const })),
      }));
      return [...components, ...services];
    },
  },
  {
    key: 'crud',
    name: 'CRUD',
    version: '1',
    description: 'The four operations on a model, then their tests.',
    parameters: [hoursParameter],
    tasks: ({ hours }, { title }) => {
      const operations = ['create', 'read', 'update', 'delete'].map((operation) =>
        task(operation, `Implement ${operation}: ${title}`, ['code_generation'], hoursOf(hours) / 4),
      );
      const tests = task('tests', `Test the operations: ${title}`, ['test_generation'], hoursOf(hours) * 0.3);
      return [...operations, { ...tests, dependsOn: operations.map(({ key }) => ({ key })) }];
    },
  },
  {
    key: 'ui_component',
    name: 'User interface',
    version: '1',
    description: 'Layout and navigation; forms, tables and charts start with the layout.',
    parameters: [hoursParameter],
    tasks: ({ hours }, { title }) =>
      ['layout', 'navigation', 'forms', 'tables', 'charts'].map((part, place) => ({
        ...task(part, `Implement the ${part}: ${title}`, ['code_generation'], hoursOf(hours) / 5),
        dependsOn: place < 2 ? [] : [{ key: 'layout', type: 'start_to_start' as const }],
      })),
  },
];

function task(key: string, title: string, capabilities: Capability[], likelyHours: number): PlanTaskInput {
  const short = title.length <= 200 ? title : `${title.slice(0, 199)}…`;
  return { key, title: short, capabilities, estimate: around(likelyHours) };
}

/** Each task waits for the one before it. */
function chain(tasks: readonly PlanTaskInput[]): PlanTaskInput[] {
  return tasks.map((one, place) => {
    const before = tasks[place - 1];
    return before === undefined ? one : { ...one, dependsOn: [{ key: before.key }] };
  });
}

function hoursOf(value: ParameterValue | undefined): number {
  // Below nothing there is no work; the plan's own check speaks about what is too much.
  return typeof value === 'number' ? value : 12;
}
