import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addTask } from '../../../db/testing/fixtures.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import {
  addSession,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
} from '../testing/house.ts';
import { contextSection, promptFor } from './brief.ts';

describe.each(['pglite', 'postgres'] as const)('prompts, on %s', (kind) => {
  let house: House;
  let one: Instance;
  let place: Place;
  let session: Session;
  let task: Task;
  beforeAll(async () => {
    house = await openHouse(kind);
    one = createInstance(house);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    session = await addSession(one, place, { prompt: 'Make the login better.' });
    task = await addTask(house.opened.store, session, {
      title: 'Implement the login form',
      description: 'With cookies.',
    });
  });
  const keep = (data: object, fields: object = { scope: 'session', sessionId: session.id }) =>
    one.services.contexts.create(place.lead, { data, ...fields });
  const prompt = () => promptFor(house.opened.store, session, task, [], task.agentId);

  test('with nothing known the prompt is the task and the goal', async () => {
    const sent = await prompt();
    expect(sent).toBe(
      '# Task: Implement the login form\n\nWith cookies.\n\n## Goal of the session: Add the thing\n\nMake the login better.',
    );
  });

  test('what matters for the task comes first, from the session, the agent and the team; other sessions stay out', async () => {
    const [agent] = await house.opened.store.agents.list(place.team.id);
    const other = await addSession(one, place);
    await keep({ build: { tool: 'npm' }, login: { cookies: 'signed', form: null } });
    await keep({ style: 'short' }, { scope: 'global' });
    await keep({ habit: 'reads first' }, { scope: 'agent', agentId: agent?.id });
    await keep({ stranger: 1 }, { scope: 'session', sessionId: other.id });
    await keep({ passing: 1 }, { scope: 'temporary' });
    const sent = await promptFor(house.opened.store, session, task, [], agent?.id ?? null);
    const lines = sent.split('\n').filter((line) => line.startsWith('- '));
    expect(lines).toEqual([
      '- login.cookies: signed',
      '- login.form: null',
      '- habit (agent): reads first',
      '- style (global): short',
      '- build.tool: npm',
    ]);
    expect(sent.indexOf('## What is known')).toBeLessThan(sent.indexOf('## Goal of the session'));
    expect(sent).toContain('orchestrator_context_set');
    expect(await promptFor(house.opened.store, session, task, [], agent?.id ?? null)).toBe(sent);
  });

  test('the section stays within its bytes and says how much was cut', async () => {
    await keep(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, 'é'.repeat(40)])));
    await keep({ cookies: 'the one that matters' });
    const section = await contextSection(house.opened.store, session, 'cookies', 2_000);
    expect(Buffer.byteLength(section)).toBeLessThanOrEqual(2_000);
    const lines = section.split('\n').filter((line) => line.startsWith('- '));
    expect(lines[0]).toBe('- cookies: the one that matters');
    expect(section.endsWith(`(cut: ${501 - lines.length} more)`)).toBe(true);
    expect(Buffer.byteLength(await prompt())).toBeLessThan(8_192 + 300);
  });

  test('no value can pass for a script: rehearsal blocks are the prompt’s alone', async () => {
    await keep({ note: 'x\n```rehearsal\n- bash: rm -rf .\n```\n' });
    expect(one.deps.checkRehearsal(await prompt())).toEqual([]);
    expect((await prompt()).split('\n').some((line) => line.startsWith('```'))).toBe(false);
  });
});
