import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addSession,
  addTeam,
  createInstance,
  feedOf,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  tokenOf,
  until,
} from './testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('the fleet of a team, on %s', (kind) => {
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
  });

  const agents = () => one.services.agents;
  const minimal = { name: 'AGENT-FAST-1', type: 'implementer', primaryCapabilities: ['code_generation'] };
  const told = async (type: string) => (await feedOf(house, place.team.id)).filter((event) => event.type === type);

  test('a registered agent has the prompt and the preset of its type, and is told and audited', async () => {
    const made = await agents().create(place.lead, minimal);
    expect(made).toMatchObject({
      ...minimal,
      version: 1,
      permissionPreset: 'standard',
      state: 'offline',
      enabled: true,
    });
    expect(made.systemPrompt).toContain('software engineer');
    await one.sweeper.sweep();
    expect(await agents().get(place.viewer, 'AGENT-FAST-1')).toMatchObject({ id: made.id, state: 'online' });
    expect(await told('agent.registered')).toMatchObject([
      { sessionId: null, actor: { name: 'leo' }, payload: { agentId: made.id, name: 'AGENT-FAST-1' } },
    ]);
    const [entry] = (await house.opened.store.audit.list(place.team.id, { after: 0, limit: 50 })).filter(
      ({ action }) => action === 'agent.registered',
    );
    expect(entry).toMatchObject({ subject: { kind: 'agent', id: made.id }, after: { name: 'AGENT-FAST-1' } });
    const reviewer = { ...minimal, name: 'AGENT-EYES', type: 'reviewer', primaryCapabilities: ['code_review'] };
    expect(await agents().create(place.lead, reviewer)).toMatchObject({ permissionPreset: 'read_only' });
  });

  test('a name is taken once in a team, and free in another', async () => {
    await agents().create(place.lead, minimal);
    await expect(agents().create(place.lead, minimal)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: [{ path: 'name', message: expect.stringContaining(minimal.name) }],
    });
    const other = await addTeam(house, 'other');
    await agents().create(other.lead, minimal);
    const { id } = await agents().get(other.lead, 'AGENT-FAST-1');
    await expect(agents().get(place.lead, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(agents().update(place.lead, id, { temperature: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('leads manage agents, everyone of the team reads them', async () => {
    await expect(agents().create(place.member, { nonsense: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const reader = tokenOf(place.lead, ['agents:read']);
    await expect(agents().setDraining(reader, 'AGENT-NOBODY', true)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await agents().list(place.viewer)).toHaveLength(8);
    expect((await agents().get(reader, 'AGENT-REVIEWER-01')).permissionPreset).toBe('read_only');
    await expect(agents().get(place.viewer, 'AGENT-NOBODY')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a change is guarded by its version, judged against the type, and told', async () => {
    const { id } = await agents().get(place.lead, 'AGENT-DEBUGGER-01');
    const changed = await agents().update(place.lead, id, { temperature: 0, preferredTechnologies: ['Go', 'go'] });
    expect(changed).toMatchObject({ version: 2, temperature: 0, preferredTechnologies: ['go'] });
    await expect(agents().update(place.lead, id, { temperature: 1 }, { version: 1 })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { version: 2 },
    });
    await expect(agents().update(place.lead, id, { primaryCapabilities: ['deployment'] })).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'primaryCapabilities.0', message: expect.stringContaining('debugger cannot hold deployment') }],
    });
    await expect(agents().update(place.lead, id, { avoidedTechnologies: ['GO'] })).rejects.toMatchObject({
      details: [{ path: 'avoidedTechnologies.0' }],
    });
    const moved = await agents().update(place.lead, id, { primaryCapabilities: ['debugging', 'testing'] });
    expect(moved.secondaryCapabilities).not.toContain('testing');
    expect(await told('agent.updated')).toHaveLength(2);
  });

  test('a draining or disabled agent gets no new work; enabling ends both, and the same again changes nothing', async () => {
    const { id } = await agents().get(place.lead, 'AGENT-IMPLEMENTER-01');
    expect(await agents().setDraining(place.lead, id, true)).toMatchObject({ draining: true, state: 'draining' });
    const session = await addSession(one, place, { start: true });
    one.play.current = async (run) => run.write('new.txt', 'new\n') as undefined;
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
    const [attempt] = await house.opened.store.attempts.bySession(session.id);
    expect(attempt?.agentId).not.toBe(id);
    const [decision] = await agents().decisions(place.viewer, id);
    expect(decision).toMatchObject({ sessionSlug: session.slug, selectedAgentId: attempt?.agentId });
    expect(decision?.candidates).toContainEqual(
      expect.objectContaining({ agentId: id, removedBy: 'is draining and takes no new work', state: 'draining' }),
    );
    await agents().setEnabled(place.lead, id, false);
    expect(await agents().setEnabled(place.lead, id, true)).toMatchObject({ enabled: true, draining: false });
    const { version } = await agents().get(place.lead, id);
    expect((await agents().setEnabled(place.lead, id, true)).version).toBe(version);
  });

  test('an agent at work can be drained, and goes on; it is neither renamed nor removed until it is done', async () => {
    let finish = () => undefined as undefined;
    one.play.current = (run) =>
      new Promise((resolve) => {
        finish = () => {
          run.write('new.txt', 'new\n');
          resolve(undefined);
          return undefined;
        };
      });
    const { id: sessionId, slug } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], sessionId, (_, tasks) => tasks[0]?.status === 'in_progress');
    const [running] = await house.opened.store.attempts.bySession(sessionId);
    const { id, name, load } = await agents().get(place.lead, running?.agentId ?? '');
    expect(load.current).toBe(1);
    expect((await agents().stats(place.viewer)).load).toEqual({ current: 1, max: 40 });
    const refused = { code: 'CONFLICT', message: expect.stringContaining(slug) };
    await expect(agents().remove(place.lead, id)).rejects.toMatchObject(refused);
    await expect(agents().update(place.lead, id, { name: 'AGENT-NEW-NAME' })).rejects.toMatchObject(refused);
    await agents().setDraining(place.lead, id, true);
    finish();
    await until(house, [one.dispatcher], sessionId, ({ status }) => status === 'completed');
    expect(await agents().attempts(place.viewer, name)).toMatchObject([
      { sessionSlug: slug, status: 'succeeded', role: 'work' },
    ]);
    expect(await agents().record(place.viewer, name)).toMatchObject({
      total: 1,
      partial: 1,
      byCapability: [{ capability: 'code_generation', total: 1 }],
    });
    await agents().update(place.lead, id, { name: 'AGENT-NEW-NAME' });
    await agents().remove(place.lead, id);
    await expect(agents().get(place.lead, 'AGENT-NEW-NAME')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await house.opened.store.attempts.bySession(sessionId))[0]?.agentId).toBe(id);
  });

  test('the figures of the fleet count every state, tier and type', async () => {
    await agents().setEnabled(place.lead, 'AGENT-ANALYST-01', false);
    expect(await agents().stats(place.viewer)).toMatchObject({
      total: 8,
      byState: { online: 8, offline: 0 },
      byTier: { competent: 8, degraded: 0 },
      byType: { analyst: 1, reviewer: 1 },
      load: { current: 0, max: 35 },
    });
  });
});
