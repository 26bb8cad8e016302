import { expect, test } from 'vitest';
import { type Agent, agentNamePattern, capabilities, loadOf, mayHoldPrimary } from './agent.ts';
import { type AgentSeed, defaultAgents } from './agent-fleet.ts';
import { agentPrompts } from './agent-prompts.ts';
import { type RouteRequest, route } from './routing.ts';
import { complexityOf } from './task.ts';
import { builtInPlan } from './testing/built-in-plan.ts';

test('the first fleet is legal, one of each type, and holds every capability as primary', () => {
  const held = new Set(defaultAgents.flatMap((agent) => agent.primaryCapabilities));
  expect(capabilities.filter((capability) => !held.has(capability))).toEqual([]);
  expect(new Set(defaultAgents.map(({ type }) => type)).size).toBe(8);
  for (const { name, type, primaryCapabilities } of defaultAgents) {
    expect(name).toMatch(agentNamePattern);
    for (const capability of primaryCapabilities) expect(mayHoldPrimary(type, capability)).toBe(true);
  }
});

test('only the reviewer cannot write, and nothing that must write comes to it', () => {
  const reviewer = defaultAgents.find(({ type }) => type === 'reviewer');
  expect(defaultAgents.filter(({ permissionPreset }) => permissionPreset === 'read_only')).toEqual([reviewer]);
  const all = [...(reviewer?.primaryCapabilities ?? []), ...(reviewer?.secondaryCapabilities ?? [])];
  for (const writing of ['code_generation', 'test_generation', 'documentation', 'refactoring', 'bug_fixing', 'testing'])
    expect(all).not.toContain(writing);
  for (const { type, primaryCapabilities, secondaryCapabilities } of defaultAgents) {
    if (type === 'reviewer') continue;
    expect([...primaryCapabilities, ...secondaryCapabilities].toSorted()).toEqual(capabilities.toSorted());
  }
});

test('each type is told on at most a page what it is to do, must not do, when to ask and how to finish', () => {
  for (const [type, prompt] of Object.entries(agentPrompts)) {
    expect([type, prompt.length > 600, prompt.length < 3_500]).toEqual([type, true, true]);
    for (const part of ['You are', 'Do not', 'Ask', 'Finish']) expect(prompt).toContain(part);
  }
  expect(new Set(Object.values(agentPrompts)).size).toBe(8);
});

const firstChoices: [string, Record<string, string>][] = [
  ['single_task', { task: 'implementer' }],
  ['bug_fix', { reproduce: 'debugger', fix: 'debugger', verify: 'implementer', review: 'reviewer' }],
  ['refactoring', { analyze: 'reviewer', plan: 'architect', refactor: 'implementer', verify: 'implementer' }],
  [
    'web_service',
    {
      requirements: 'analyst',
      design: 'architect',
      implement: 'implementer',
      test: 'implementer',
      deploy: 'integrator',
    },
  ],
  ['security', { design: 'architect', implementation: 'implementer', testing: 'implementer', audit: 'reviewer' }],
  [
    'microservice',
    {
      auth: 'implementer',
      database: 'implementer',
      api_gateway: 'implementer',
      service_1: 'implementer',
      service_2: 'implementer',
      service_3: 'implementer',
    },
  ],
  [
    'crud',
    {
      create: 'implementer',
      read: 'implementer',
      update: 'implementer',
      delete: 'implementer',
      tests: 'implementer',
    },
  ],
  [
    'ui_component',
    {
      layout: 'implementer',
      navigation: 'implementer',
      forms: 'implementer',
      tables: 'implementer',
      charts: 'implementer',
    },
  ],
];

test.each(firstChoices)('every task of the blueprint %s finds somebody in an idle first fleet', (key, expected) => {
  const tasks = builtInPlan(key, {}, { title: 'Add the thing', prompt: 'Do it.' });
  const found = tasks.map((task) => [
    task.key,
    typeOf(chosen({ requiredCapabilities: task.capabilities, complexity: complexityOf(task.estimate.likely) })),
  ]);
  expect(Object.fromEntries(found)).toEqual(expected);
});

test('a planner is an architect, and what stands against each other is resolved by who may install and build', () => {
  expect(typeOf(chosen({ requiredCapabilities: ['task_decomposition'] }))).toBe('architect');
  const resolver = chosen({ requiredCapabilities: ['conflict_resolution'] });
  expect(defaultAgents.find(({ name }) => name === resolver)?.permissionPreset).toBe('integration');
});

test('with every other slot taken a writing task waits rather than go to the reviewer', () => {
  const request = { ...asked, requiredCapabilities: ['code_generation' as const] };
  const candidates = defaultAgents.map((seed) => ({
    agent: idle(seed, seed.type === 'reviewer' ? 0 : 5),
    circuit: 'closed' as const,
  }));
  expect(route(request, candidates).selected).toBeNull();
});

const asked: RouteRequest = {
  teamId: 'team',
  requiredCapabilities: [],
  technologies: [],
  sessionType: 'execution',
  complexity: 'moderate',
  preferredAgent: null,
  preferredAgentType: null,
};

function chosen(change: Partial<RouteRequest>): string | null {
  const candidates = defaultAgents.map((seed) => ({ agent: idle(seed), circuit: 'closed' as const }));
  return route({ ...asked, ...change }, candidates).selected;
}

const typeOf = (name: string | null) => defaultAgents.find((seed) => seed.name === name)?.type;

function idle(seed: AgentSeed, busy = 0): Agent {
  return {
    ...seed,
    id: seed.name,
    teamId: 'team',
    version: 1,
    state: 'online',
    tier: 'competent',
    load: loadOf(busy, 5),
    performance: { total: 0, successful: 0, failed: 0, partial: 0, quality: null, overall: 0.75 },
    runtimeId: 'runtime',
    model: null,
    temperature: 0.3,
    systemPrompt: agentPrompts[seed.type],
    preferredTechnologies: [],
    avoidedTechnologies: [],
    minimumQuality: 0.7,
    maxConcurrentTasks: 5,
    enabled: true,
    draining: false,
    lastHeartbeatAt: null,
    degradedAt: null,
    recoveredAt: null,
    createdAt: new Date(0),
  };
}
