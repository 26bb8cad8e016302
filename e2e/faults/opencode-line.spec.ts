import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { createInstallation, type Installation } from '../support/installation.ts';
import { type Between, type BetweenFault, standBetween } from '../support/opencode-between.ts';
import { type RestClient, script } from '../support/rest.ts';
import { templateOf } from '../support/template.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

let house: Installation;
let between: Between;
let api: RestClient;

test.beforeAll(async () => {
  house = await createInstallation({ database: 'postgres', template: await templateOf('postgres') });
  const folder = join(house.folder, 'between');
  await mkdir(folder);
  between = await standBetween(folder);
  await house.start({ OPENCODE_BIN: between.program });
  api = await house.api();
});
test.afterAll(() => house.close());

const work = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 1000
- ask: touch asked.txt
- edit: { path: result.txt, find: one, replace: two }
- say: The result is written.
`);

const faults: [string, BetweenFault][] = [
  ['the event stream is cut at every event', { events: 'drop' }],
  ['the event stream lives and tells nothing', { events: 'mute' }],
  ['every event comes twice and in the wrong order', { events: 'twice-and-swapped' }],
  ['OpenCode answers 500 to the first three prompts', { answer: 500, path: '/prompt_async', times: 3 }],
  ['OpenCode answers 429 to the first three looks at a message', { answer: 429, path: '/message', times: 3 }],
];

for (const [index, [what, fault]] of faults.entries())
  test(`the work is done once and its ask is found while ${what}`, async () => {
    const source = await house.repository(`work-${index}`);
    const repository = await api.register(source, { verify: ['node check.js'] });
    const before = (await between.done()).length;
    await between.fault(fault);
    try {
      const { id } = await api.create({ repositoryId: repository.id, prompt: work });
      const ask = await api.openAsk(id);
      await api.ok('POST', `/asks/${ask.id}/answer`, { body: { decision: 'once' } });
      await api.waitFor(id, 'completed');
      const events = await expectSoundHistory(api, id, {
        repository: source,
        files: { 'result.txt': 'two\n', 'tally.txt': 'once\n', 'asked.txt': '' },
      });
      expect(events.filter(({ type }) => type === 'attempt.started')).toHaveLength(1);
      expect(events.filter(({ type }) => type === 'ask.opened')).toHaveLength(1);
      const calls = events.filter(
        ({ type, payload }) => type === 'attempt.tool_called' && payload.status === 'completed',
      );
      expect(calls.map(({ payload }) => payload.tool)).toEqual(['write', 'bash', 'bash', 'edit']);
      expect((await between.done()).length, 'the fault did happen').toBeGreaterThan(before);
    } finally {
      await between.fault(null);
    }
  });
