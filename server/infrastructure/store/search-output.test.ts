import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addSession, makeWorld, system } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { EventInput } from '../../application/record-port.ts';

const attemptId = '00000000-0000-4000-8000-0000000000aa';
const taskId = '00000000-0000-4000-8000-0000000000bb';
const said = (text: string): EventInput => ({
  type: 'attempt.output',
  payload: { attemptId, taskId, kind: 'text', text },
  actor: system,
});
const answered = (output: string): EventInput => ({
  type: 'attempt.tool_called',
  payload: { attemptId, taskId, tool: 'bash', input: { command: 'cat needle' }, output },
  actor: system,
});

describe.each(['pglite', 'postgres'] as const)('search of output on %s', (kind) => {
  let opened: TestStore;
  let sessionId: string;
  const find = async (words: string, limit = 50) =>
    (await opened.store.events.searchOutput(sessionId, words, limit)).map(({ seq, number, tool, text }) => [
      seq,
      number,
      tool,
      text,
    ]);

  beforeAll(async () => {
    opened = await openTestStore(kind);
    const world = await makeWorld(opened.store);
    sessionId = (await addSession(opened.store, world)).id;
    const other = await addSession(opened.store, world);
    await opened.store.events.append(other.id, [said('needle elsewhere')]);
    const filler = Array.from({ length: 4_000 }, (_, line) => `line ${line + 1} of many`);
    await opened.store.events.append(sessionId, [
      said('First a Needle.\nNothing here.\nthen two: needle needle'),
      answered('100 % of "it" is C:\\temp, naïve_ly'),
      // Too long for its row: only its blob has the line in the middle.
      answered([...filler.slice(0, 2_000), 'a "needle"\tin the hay', ...filler.slice(2_000)].join('\n')),
      said(`${'x'.repeat(500)} needle at the end`),
    ]);
  });
  afterAll(() => opened.close());

  test('lines are found in either case, the newest part first, with their numbers and never from another session', async () => {
    expect(await find('NEEDLE')).toEqual([
      [4, 1, null, `…${'x'.repeat(79)} needle at the end`],
      [3, 2_001, 'bash', 'a "needle"\tin the hay'],
      [1, 1, null, 'First a Needle.'],
      [1, 3, null, 'then two: needle needle'],
    ]);
  });

  test('what is typed is words, never a pattern, and is found also where JSON writes it otherwise', async () => {
    expect(await find('100 %')).toHaveLength(1);
    expect(await find('"needle"\tin')).toEqual([[3, 2_001, 'bash', 'a "needle"\tin the hay']]);
    expect(await find('C:\\temp, naïve_')).toHaveLength(1);
    expect(await find('n_edle')).toEqual([]);
    expect(await find('%')).toHaveLength(1);
    expect(await find("'; drop table events; --")).toEqual([]);
  });

  test('no more than asked for, and the command is not its output', async () => {
    expect(await find('of many', 3)).toEqual([
      [3, 1, 'bash', 'line 1 of many'],
      [3, 2, 'bash', 'line 2 of many'],
      [3, 3, 'bash', 'line 3 of many'],
    ]);
    expect(await find('cat needle')).toEqual([]);
  });
});
