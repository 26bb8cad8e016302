import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { routeWeights } from '../domain/routing.ts';
import {
  addSession,
  addTeam,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from './testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('routing explained, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
    one.play.current = async (run) => run.write('new.txt', 'new\n') as undefined;
  });

  const run = async (fields: Record<string, unknown> = {}) => {
    const { id } = await addSession(one, place, { start: true, ...fields });
    return until(house, [one.dispatcher], id, ({ status }) => status === 'completed');
  };
  const code = { requiredCapabilities: ['code_generation'], complexity: 'expert' };

  test('a dry run decides as the dispatcher then does, and assigns nothing', async () => {
    for (const asked of [{}, { preferredAgentType: 'debugger' }, { preferredAgent: 'AGENT-INTEGRATOR-01' }]) {
      const dry = await one.services.routing.dryRun(place.viewer, { ...code, ...asked });
      expect(await house.opened.store.attempts.countOpen(place.team.id)).toBe(0);
      const session = await run({ blueprint: 'single_task', ...asked });
      const [decision] = await one.services.routing.ofSession(place.viewer, session.slug);
      expect(decision?.selectedAgentId).toBe(dry.selected);
      expect(decision?.sentence).toBe(dry.sentence);
      expect(decision?.candidates).toEqual(JSON.parse(JSON.stringify(dry.candidates)));
      expect(decision?.request).toMatchObject({ requiredCapabilities: ['code_generation'], ...asked });
    }
  });

  test('of equal agents the one that idled longest comes next, in a dry run as in an assignment', async () => {
    const twin = { name: 'AGENT-IMPLEMENTER-02', type: 'implementer', preferredComplexity: 'complex' };
    const { primaryCapabilities } = await one.services.agents.get(place.lead, 'AGENT-IMPLEMENTER-01');
    await one.services.agents.create(place.lead, { ...twin, primaryCapabilities });
    await one.sweeper.sweep();
    const chosen: (string | undefined)[] = [];
    for (let round = 0; round < 3; round += 1) {
      const dry = await one.services.routing.dryRun(place.viewer, code);
      const [attempt] = await house.opened.store.attempts.bySession((await run()).id);
      expect(attempt?.agentId).toBe(dry.selected);
      chosen.push(dry.candidates.find(({ agentId }) => agentId === attempt?.agentId)?.name);
    }
    expect(chosen).toEqual(['AGENT-IMPLEMENTER-01', 'AGENT-IMPLEMENTER-02', 'AGENT-IMPLEMENTER-01']);
  });

  test('an open circuit or a parked runtime lets nobody be chosen, and the sentence says so', async () => {
    one.runtime.circuit = 'open';
    expect(await one.services.routing.dryRun(place.viewer, code)).toMatchObject({
      selected: null,
      sentence: expect.stringContaining('circuit is open'),
    });
    one.runtime.circuit = 'closed';
    one.runtime.parkedUntil = new Date(Date.now() + 60_000);
    expect((await one.services.routing.dryRun(place.viewer, code)).sentence).toContain('waits for its quota until');
    one.runtime.parkedUntil = new Date(Date.now() - 1_000);
    expect((await one.services.routing.dryRun(place.viewer, code)).selected).not.toBeNull();
  });

  test('what is asked of a dry run is judged, each fault at its place', async () => {
    const refused = (raw: unknown) => one.services.routing.dryRun(place.viewer, raw).catch((error) => error.details);
    expect(await refused({ requiredCapabilities: ['telepathy'] })).toEqual([
      { path: 'requiredCapabilities.0', message: 'There is no capability telepathy' },
    ]);
    expect(await refused({ requiredCapabilities: [] })).toMatchObject([{ path: 'requiredCapabilities' }]);
    expect(await refused({ ...code, preferredAgent: 'AGENT-NOBODY' })).toMatchObject([{ path: 'preferredAgent' }]);
    expect(await refused({ ...code, mood: 'good' })).toEqual([{ path: 'mood', message: 'Unknown field' }]);
    const other = await addTeam(house, 'other');
    const { id } = await one.services.agents.get(other.lead, 'AGENT-ANALYST-01');
    expect(await refused({ ...code, preferredAgent: id })).toMatchObject([{ path: 'preferredAgent' }]);
  });

  test('decisions are asked again under other weights, and only those of the team and of the days asked for', async () => {
    const asked = await run({ preferredAgentType: 'debugger', preferredAgent: 'AGENT-DEBUGGER-01' });
    await run();
    const same = await one.services.routing.whatIf(place.viewer, { weights: routeWeights });
    expect(same).toMatchObject({ days: 30, decisions: 2, changed: [] });
    expect(same.wins.map(({ name, before, after }) => [name, before, after])).toEqual([
      ['AGENT-DEBUGGER-01', 1, 1],
      ['AGENT-IMPLEMENTER-01', 1, 1],
    ]);
    await house.opened.database.db.execute(
      `update routing_decisions set created_at = now() - interval '10 days' where session_id = '${asked.id}'`,
    );
    expect((await one.services.routing.whatIf(place.viewer, { weights: routeWeights, days: 9 })).decisions).toBe(1);
    const { lead } = await addTeam(house, 'other');
    expect((await one.services.routing.whatIf(lead, { weights: routeWeights })).decisions).toBe(0);
    await expect(
      one.services.routing.whatIf(place.viewer, { weights: { ...routeWeights, load: 0.5 } }),
    ).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'weights', message: 'The six weights sum to 1.35; they must sum to 1' }],
    });
  });

  test('a decision that goes to somebody else is shown with both', async () => {
    const twin = { name: 'AGENT-GO-1', type: 'implementer', preferredTechnologies: ['go'] };
    await one.services.agents.create(place.lead, { ...twin, primaryCapabilities: ['code_generation'] });
    await one.sweeper.sweep();
    const session = await run({ technologies: ['go'] });
    const weights = { capability: 0, performance: 0, load: 0, technology: 0, sessionType: 0, complexity: 1 };
    const { changed } = await one.services.routing.whatIf(place.viewer, { weights });
    expect(changed).toMatchObject([
      { sessionSlug: session.slug, before: { name: 'AGENT-GO-1' }, after: { name: 'AGENT-ARCHITECT-01', score: 1 } },
    ]);
  });
});
