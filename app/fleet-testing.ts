/** Agents and decisions for the tests of the pages, complete and typed, so that a test says only what matters to it. */
import { type Agent, loadOf } from '../server/domain/agent.ts';
import type { RouteParts } from '../server/domain/routing.ts';
import { start } from './live-testing.ts';

export function anAgent(over: Partial<Agent> = {}): Agent {
  return {
    id: 'g1',
    teamId: 'team',
    version: 1,
    name: 'AGENT-IMPLEMENTER-01',
    type: 'implementer',
    primaryCapabilities: ['code_generation', 'testing'],
    secondaryCapabilities: [],
    state: 'online',
    tier: 'competent',
    load: loadOf(0, 5),
    performance: { total: 0, successful: 0, failed: 0, partial: 0, quality: null, overall: 0.75 },
    runtimeId: 'r1',
    model: null,
    temperature: 0.3,
    systemPrompt: 'You write code.',
    permissionPreset: 'standard',
    preferredTechnologies: [],
    avoidedTechnologies: [],
    preferredSessionTypes: [],
    preferredComplexity: 'moderate',
    minimumQuality: 0.7,
    maxConcurrentTasks: 5,
    enabled: true,
    draining: false,
    lastHeartbeatAt: start,
    degradedAt: null,
    recoveredAt: null,
    createdAt: start,
    ...over,
  };
}

export function someParts(over: Partial<RouteParts> = {}): RouteParts {
  return {
    capability: 1,
    performance: 0.75,
    load: 1,
    technology: 1,
    sessionType: 1,
    complexity: 0.6,
    tierMultiplier: 1,
    bonus: 0,
    ...over,
  };
}
