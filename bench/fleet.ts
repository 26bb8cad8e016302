import { type Agent, type Capability, capabilities, loadOf, overallOf, tierOf } from '../server/domain/agent.ts';
import { defaultAgents } from '../server/domain/agent-fleet.ts';
import { type RouteCandidate, type RouteRequest, route } from '../server/domain/routing.ts';
import { complexities } from '../server/domain/task.ts';

/** A fleet of this size: the first fleet over and over, with records and loads of their own. */
export function largeFleet(count: number): RouteCandidate[] {
  return Array.from({ length: count }, (_, place) => {
    const seed = defaultAgents[place % defaultAgents.length];
    if (seed === undefined) throw new Error('There is no first fleet');
    const successful = 30 + (place % 20);
    const counts = { total: 50, successful, failed: 50 - successful, partial: 0, quality: 0.8 };
    const agent: Agent = {
      ...seed,
      id: `agent-${place}`,
      name: `AGENT-${place}`,
      teamId: 'team',
      version: 1,
      state: 'online',
      tier: tierOf(counts),
      load: loadOf(place % 6, 5),
      performance: { ...counts, overall: overallOf(counts) },
      runtimeId: 'runtime',
      model: null,
      temperature: 0.3,
      systemPrompt: '',
      preferredTechnologies: ['TypeScript', 'node'],
      avoidedTechnologies: place % 7 === 0 ? ['react'] : ['php'],
      minimumQuality: 0.7,
      maxConcurrentTasks: 5,
      enabled: true,
      draining: false,
      lastHeartbeatAt: null,
      degradedAt: null,
      recoveredAt: null,
      createdAt: new Date(0),
    };
    return { agent, circuit: 'closed', parkedUntil: null, probe: false, idleSince: new Date(place) };
  });
}

/** So many tasks that ask for different things. */
export function manyRequests(count: number): RouteRequest[] {
  const pick = (place: number): Capability => capabilities[place % capabilities.length] ?? 'testing';
  return Array.from({ length: count }, (_, place) => ({
    teamId: 'team',
    requiredCapabilities: [pick(place), pick(place * 7)],
    technologies: ['typescript', 'react'],
    sessionType: 'execution',
    complexity: complexities[place % complexities.length] ?? 'moderate',
    preferredAgent: null,
    preferredAgentType: place % 10 === 0 ? 'debugger' : null,
  }));
}

/** Routes each request, with its whole explanation; answers how many found somebody. */
export function routeAll(requests: readonly RouteRequest[], fleet: readonly RouteCandidate[]): number {
  return requests.filter((request) => route(request, fleet).selected !== null).length;
}
