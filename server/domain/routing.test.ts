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
      degradedAt: null,
      recoveredAt: null,
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
  ['a parked runtime', { ...agent(), parkedUntil: new Date(0) }, {}, 'quota until 1970-01-01T00:00:00.000Z'],
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

test('the sentence names what put the chosen one ahead of the next', () => {
  const said = (change: Partial<RouteRequest>, ...list: RouteCandidate[]) => route(request(change), list).sentence;
  const one = agent({ name: 'AGENT-A' });
  const idle = { ...agent({ name: 'AGENT-B' }), idleSince: new Date(3) };
  expect(said({}, one)).toBe('AGENT-A (competent, load 0 of 5) scores 0.885: the only one that fits among 1.');
  expect(said({}, one, agent({ name: 'AGENT-B', busy: 1 }), agent({ name: 'AGENT-C', enabled: false }))).toBe(
    'AGENT-A (competent, load 0 of 5) scores 0.885: the best of 2 that fit among 3, ahead of AGENT-B (0.855) by its lower load.',
  );
  const proven = agent({ name: 'AGENT-C', counts: { total: 20, successful: 18, quality: 0.8 } });
  expect(said({}, one, proven)).toContain('ahead of AGENT-A (0.885) by its record and its tier.');
  expect(said({}, one, agent({ name: 'AGENT-B' }))).toContain('by the order of their names.');
  expect(said({}, { ...one, idleSince: new Date(5) }, idle)).toContain('AGENT-A (0.885) by having been idle longer.');
});

test('the sentence says why an agent or a type that was asked for is not the one', () => {
  const said = (change: Partial<RouteRequest>, ...list: RouteCandidate[]) => route(request(change), list).sentence;
  const one = agent({ name: 'AGENT-A' });
  const slow = agent({
    name: 'AGENT-B',
    type: 'debugger',
    counts: { total: 20, successful: 11, quality: 0.6 },
    busy: 4,
  });
  const off = agent({ name: 'AGENT-C', type: 'debugger', enabled: false });
  expect(said({ preferredAgent: 'AGENT-A' }, one, slow)).toContain('; it was asked for.');
  expect(said({ preferredAgent: 'AGENT-C' }, one, off)).toContain('; asked for was AGENT-C, which is disabled.');
  expect(said({ preferredAgent: 'AGENT-D' }, one)).toContain(
    '; asked for was AGENT-D, which is no longer in the fleet.',
  );
  const far = said({ preferredAgent: 'AGENT-B' }, one, { ...slow, agent: { ...slow.agent, primaryCapabilities: [] } });
  expect(far).toContain('; asked for was AGENT-B, which lacks code_generation.');
  expect(said({ preferredAgentType: 'debugger' }, one, off)).toContain(
    'the type debugger: AGENT-C, which is disabled.',
  );
  expect(said({ preferredAgentType: 'architect' }, one)).toContain('the type architect, of which there is no agent.');
  expect(said({ preferredAgentType: 'implementer' }, one, off)).toContain('; the type implementer was asked for.');
});

test('a decision keeps health, load and record of the moment', () => {
  const busy = agent({ busy: 2, counts: { total: 10, successful: 9, quality: 0.9 } });
  expect(route(request(), [busy]).candidates[0]).toMatchObject({
    type: 'implementer',
    state: 'online',
    tier: 'advanced',
    load: { current: 2, max: 5, level: 'optimal' },
    overall: 0.9,
    probe: false,
  });
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

test('more load never raises a score, and never brings a removed agent back', () => {
  fc.assert(
    fc.property(
      fc.nat(6),
      fc.nat(6),
      fc.constantFrom<RouteRequest['complexity']>('trivial', 'simple', 'moderate', 'complex', 'expert'),
      fc.nat(60),
      (busy, more, complexity, successful) => {
        const scored = (load: number) =>
          route(request({ complexity }), [agent({ busy: load, counts: { total: 60, successful, quality: 0.9 } })])
            .candidates[0]?.score ?? Number.NEGATIVE_INFINITY;
        expect(scored(busy + more)).toBeLessThanOrEqual(scored(busy));
      },
    ),
  );
});

test('the order in which candidates are listed decides nothing', () => {
  const fleet = fc.array(fc.record({ busy: fc.nat(2), idle: fc.nat(2) }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fleet, fc.nat(1_000), (records, seed) => {
      const list = records.map(({ busy, idle }, place) => ({
        ...agent({ name: `AGENT-${place}`, busy }),
        idleSince: new Date(idle),
      }));
      const shuffled = list.toSorted((a, b) => mixed(a.agent.name, seed) - mixed(b.agent.name, seed));
      expect(route(request(), shuffled)).toMatchObject({
        selected: route(request(), list).selected,
        sentence: route(request(), list).sentence,
      });
    }),
  );
});

function mixed(name: string, seed: number): number {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) + seed) % 1_009, 7);
}
