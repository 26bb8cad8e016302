import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Agent, type Capability, loadOf, overallOf, tierOf } from './agent.ts';
import { type RouteCandidate, type RouteRequest, route } from './routing.ts';

type Counts = { total: number; successful: number; partial?: number; quality: number | null };

const performanceOf = ({ total, successful, partial = 0, quality }: Counts) => {
  const counts = { total, successful, partial, failed: total - successful - partial, quality };
  return { ...counts, overall: overallOf(counts) };
};

function agent(change: Partial<Agent> & { counts?: Counts; busy?: number } = {}): RouteCandidate {
  const { counts = { total: 0, successful: 0, quality: null }, busy = 0, ...rest } = change;
  const performance = performanceOf(counts);
  return {
    circuit: 'closed',
    agent: {
      id: rest.name ?? 'AGENT-ONE',
      teamId: 'team',
      version: 1,
      name: 'AGENT-ONE',
      type: 'implementer',
      primaryCapabilities: ['code_generation'],
      secondaryCapabilities: [],
      state: 'online',
      tier: tierOf(performance),
      load: loadOf(busy, 5),
      performance,
      runtimeId: 'runtime',
      model: null,
      temperature: 0.3,
      systemPrompt: '',
      permissionPreset: 'standard',
      preferredTechnologies: [],
      avoidedTechnologies: [],
      preferredSessionTypes: [],
      preferredComplexity: 'moderate',
      minimumQuality: 0.7,
      maxConcurrentTasks: 5,
      enabled: true,
      draining: false,
      lastHeartbeatAt: null,
      createdAt: new Date(0),
      ...rest,
    },
  };
}

const request = (change: Partial<RouteRequest> = {}): RouteRequest => ({
  teamId: 'team',
  requiredCapabilities: ['code_generation'],
  technologies: [],
  sessionType: 'execution',
  complexity: 'simple',
  preferredAgent: null,
  preferredAgentType: null,
  ...change,
});

test('golden value: an elite agent scores 0.98505', () => {
  const one = agent({
    counts: { total: 500, successful: 490, partial: 5, quality: 0.95 },
    busy: 2,
    preferredTechnologies: ['python', 'rust'],
  });
  const found = route(request({ technologies: ['python'] }), [one]);
  expect(one.agent.tier).toBe('elite');
  expect(found.candidates[0]?.score).toBeCloseTo(0.98505, 10);
});

test('golden value: an advanced agent scores 0.868875', () => {
  const one = agent({
    counts: { total: 100, successful: 88, partial: 4, quality: 0.8 },
    busy: 1,
    preferredComplexity: 'expert',
    secondaryCapabilities: ['documentation'],
    preferredTechnologies: ['python'],
  });
  const asked = request({
    requiredCapabilities: ['code_generation', 'documentation'],
    complexity: 'complex',
    technologies: ['python', 'go'],
  });
  expect(one.agent.tier).toBe('advanced');
  expect(route(asked, [one]).candidates[0]?.score).toBeCloseTo(0.868875, 10);
});

test('golden value: a competent agent scores 0.85', () => {
  const one = agent({ counts: { total: 100, successful: 75, quality: 0.8 }, preferredSessionTypes: ['review'] });
  expect(one.agent.tier).toBe('competent');
  expect(route(request(), [one]).candidates[0]?.score).toBeCloseTo(0.85, 10);
});

const removed: [string, RouteCandidate, Partial<RouteRequest>, string][] = [
  ['another team', agent({ teamId: 'other' }), {}, 'another team'],
  ['disabled', agent({ enabled: false }), {}, 'disabled'],
  ['draining', agent({ draining: true }), {}, 'draining'],
  ['offline', agent({ state: 'offline' }), {}, 'offline'],
  ['no capability', agent(), { requiredCapabilities: ['deployment'] }, 'deployment'],
  ['no free slot', agent({ busy: 5 }), {}, 'free slot'],
  ['too loaded for a hard task', agent({ load: loadOf(19, 20) }), { complexity: 'complex' }, 'loaded'],
  ['an avoided technology', agent({ avoidedTechnologies: ['PHP'] }), { technologies: ['php'] }, 'PHP'],
  ['below its minimum', agent({ minimumQuality: 0.9 }), {}, 'minimum'],
  ['degraded', agent({ counts: { total: 10, successful: 1, quality: 0.1 } }), {}, 'degraded'],
  ['an open circuit', { ...agent(), circuit: 'open' }, {}, 'circuit'],
  ['excluded', agent(), { excluded: ['AGENT-ONE'] }, 'failed'],
];

test.each(removed)('an agent is removed for %s, with the reason', (_, candidate, change, reason) => {
  const found = route(request(change), [candidate]);
  expect(found.selected).toBeNull();
  expect(found.candidates[0]?.removedBy).toContain(reason);
  expect(found.sentence).toContain('No agent');
});

test('trainees and probes are exempt from the minimum, and a probe counts half', () => {
  const trainee = agent({ counts: { total: 10, successful: 6, quality: 0.6 } });
  expect(route(request(), [trainee]).selected).toBe('AGENT-ONE');
  const probe = { ...agent({ counts: { total: 10, successful: 1, quality: 0.1 } }), probe: true };
  expect(route(request(), [probe]).candidates[0]).toMatchObject({ removedBy: null, parts: { tierMultiplier: 0.5 } });
});

test('a busy agent with a free slot is routable, and one whose circuit is half open too', () => {
  expect(route(request(), [agent({ state: 'busy', busy: 4 })]).selected).toBe('AGENT-ONE');
  expect(route(request(), [{ ...agent(), circuit: 'half_open' }]).selected).toBe('AGENT-ONE');
});

test('asking for an agent or a type adds its bonus', () => {
  const two = [agent({ name: 'AGENT-A' }), agent({ name: 'AGENT-B', type: 'debugger' })];
  expect(route(request({ preferredAgent: 'AGENT-B' }), two)).toMatchObject({
    selected: 'AGENT-B',
    candidates: [{}, { parts: { bonus: 0.2 } }],
  });
  expect(
    route(request({ preferredAgentType: 'debugger', preferredAgent: 'AGENT-B' }), two).candidates[1]?.parts.bonus,
  ).toBeCloseTo(0.5);
});

test('ties go to the lower utilisation, then the longest idle, then the name', () => {
  const idle = (name: string, hour: number) => ({ ...agent({ name }), idleSince: new Date(hour * 3_600_000) });
  expect(route(request(), [agent({ name: 'AGENT-B' }), agent({ name: 'AGENT-A' })]).selected).toBe('AGENT-A');
  expect(route(request(), [idle('AGENT-A', 5), idle('AGENT-B', 2)]).selected).toBe('AGENT-B');
});

test('nobody registered is said so', () => {
  expect(route(request(), [])).toMatchObject({
    selected: null,
    candidates: [],
    sentence: expect.stringContaining('No agent'),
  });
});

test('the chosen agent always fits and none that fits scores higher', () => {
  const pool: Capability[] = ['code_generation', 'debugging', 'documentation'];
  const candidates = fc.array(
    fc.record({
      busy: fc.nat(6),
      enabled: fc.boolean(),
      has: fc.subarray(pool),
      total: fc.nat(50),
      good: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(candidates, fc.subarray(pool, { minLength: 1 }), (records, requiredCapabilities) => {
      const list = records.map(({ busy, enabled, has, total, good }, place) =>
        agent({
          name: `AGENT-${place}`,
          busy,
          enabled,
          primaryCapabilities: has,
          counts: { total, successful: Math.floor(total * good), quality: good },
        }),
      );
      const found = route(request({ requiredCapabilities }), list);
      const chosen = found.candidates.find(({ agentId }) => agentId === found.selected);
      for (const { removedBy, score } of found.candidates) {
        expect(score === null).toBe(removedBy !== null);
        if (score !== null) expect(chosen?.score ?? -1).toBeGreaterThanOrEqual(score);
      }
      const one = list.find(({ agent: { id } }) => id === found.selected)?.agent;
      if (one === undefined) {
        expect(found.candidates.every(({ removedBy }) => removedBy !== null)).toBe(true);
        return;
      }
      expect(one.enabled && one.load.current < one.load.max).toBe(true);
      expect(requiredCapabilities.every((capability) => one.primaryCapabilities.includes(capability))).toBe(true);
    }),
  );
});
