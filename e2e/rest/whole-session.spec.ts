import { readFile } from 'node:fs/promises';
import { commandLine } from '../support/command-line.ts';
import { expect, test } from '../support/fixtures.ts';
import { git } from '../support/git.ts';
import { expectSoundHistory } from '../support/history.ts';
import { script } from '../support/rest.ts';
import { follow } from '../support/sse.ts';
import { until } from '../support/wait.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

const work = script(`
- todo: [Mend the wrapping, Write it down]
- write: { path: NOTES.md, content: "# Notes\\n" }
- write: { path: src/extra.ts, content: "export const extra = 1;\\n" }
- edit: { path: src/wrap.ts, find: "width(word) < columns", replace: "width(word) <= columns" }
- bash: npm test
- usage: { input: 1000, output: 200 }
- ask: git gc --auto
- say: The wrapping is right now.
`);

interface Diff {
  base: string;
  head: string;
  files: { path: string; status: string; additions: number; deletions: number; patch: string | null }[];
  additions: number;
  deletions: number;
}

test('a program gets from nothing to a proven diff through the API alone', async ({ stage }) => {
  const { api, house } = stage;
  const token = await house.token(['sessions:read', 'asks:read']);
  const repository = await api.register('sample');
  const created = await api.create({
    title: 'Fix the wrapping of long lines',
    prompt: work,
    repositoryId: repository.id,
    priority: 'critical',
    tags: ['journey'],
    start: false,
  });
  expect(created).toMatchObject({ status: 'pending', priority: 0, tags: ['journey'], progress: { completed: 0 } });
  const path = `/sessions/${created.slug}/events`;
  const live = await follow(house.url, token, path);
  expect((await api.command(created.slug, 'start')).status).toMatch(/^(queued|running)$/);

  const ask = await api.openAsk(created.id);
  expect(ask).toMatchObject({ kind: 'permission', status: 'open', command: 'git gc --auto' });
  const waiting = await api.session(created.id);
  expect(waiting.status).toBe('running');
  expect(waiting.attention.kind).toBe('permission');
  const answer = { body: { decision: 'once' } };
  expect((await api.call('POST', `/asks/${ask.id}/answer`, answer)).status).toBe(200);
  const twice = await api.call('POST', `/asks/${ask.id}/answer`, answer);
  expect(twice.status).toBe(409);
  expect(twice.error?.code).toBe('CONFLICT');

  const done = await api.waitFor(created.id, 'completed');
  expect(done).toMatchObject({ proof: 'proven', progress: { completed: 1, total: 1 }, health: 1, error: null });
  const events = await expectSoundHistory(api, created.id, {
    repository: repository.source,
    files: { 'NOTES.md': '# Notes\n', 'src/extra.ts': 'export const extra = 1;\n' },
  });
  expect(await git(repository.source, 'show', `${done.branch}:src/wrap.ts`)).toContain('width(word) <= columns');

  await until('the stream to tell the end', async () => live.received.at(-1)?.event.seq === events.length);
  await live.close();
  expect(live.received.map(({ id }) => id)).toEqual(events.map((event) => String(event.seq)));
  expect(live.received.map(({ event }) => event)).toEqual(events);
  const again = await follow(house.url, token, path, 5);
  await until('the stream to catch up', async () => again.received.at(-1)?.event.seq === events.length);
  await again.close();
  expect(again.received[0]?.id).toBe('6');
  expect(again.received).toHaveLength(events.length - 5);

  const diff = await api.ok<Diff>('GET', `/sessions/${created.id}/diff`);
  expect(diff.files.map(({ path: file, status }) => `${status} ${file}`).sort()).toEqual([
    'added NOTES.md',
    'added src/extra.ts',
    'modified src/wrap.ts',
  ]);
  expect([diff.base, diff.additions, diff.deletions]).toEqual([done.baseCommit, 3, 1]);
  const patch = await api.call('GET', `/sessions/${created.id}/diff`, { headers: { accept: 'text/x-diff' } });
  expect(patch.headers.get('content-type')).toContain('text/x-diff');
  expect(patch.text).toContain('+++ b/src/wrap.ts');

  const metrics = await api.ok('GET', `/sessions/${created.id}/metrics`);
  expect(metrics).toMatchObject({
    attempts: 1,
    retries: 0,
    apiErrors: 0,
    errorRate: 0,
    healthy: true,
    checkpoints: 1,
    filesChanged: 3,
    linesAdded: 3,
    linesRemoved: 1,
    usage: { inputTokens: 1000, outputTokens: 200 },
  });
  const graph = await api.ok<{ nodes: { id: string; status: string }[]; waves: string[][]; progress: unknown }>(
    'GET',
    `/sessions/${created.id}/graph`,
  );
  expect(graph.nodes.map((node) => node.status)).toEqual(['completed']);
  expect(graph).toMatchObject({ edges: [], remainingHours: 0, progress: { completed: 1, total: 1 } });
  const checkpoints = await api.ok<{ items: { commit: string; reason: string }[]; total: number }>(
    'GET',
    `/sessions/${created.id}/checkpoints`,
  );
  expect(checkpoints.items).toMatchObject([
    { sequence: 1, reason: 'task_completed', commit: diff.head, undone: false },
  ]);
  expect(await git(repository.source, 'for-each-ref', '--format=%(objectname)', 'refs/orchestrator')).toContain(
    diff.head,
  );
});

test('the same by the command line: create, watch, answer, comment, merge, take along', async ({ stage }) => {
  const { house } = stage;
  const scopes = ['sessions:read', 'sessions:write', 'asks:read', 'asks:write', 'repositories:read'];
  const run = commandLine(house.url, await house.token(scopes), house.folder);
  const { source } = await stage.repository();
  const prompt = script('- write: { path: NOTES.md, content: "# Notes\\n" }\n- ask: git gc --auto');
  const created = run(
    ...['sessions', 'create', '--title', 'Write the notes', '--repository', source, '--prompt', prompt],
    ...['--blueprint', 'single_task', '--watch', '--json'],
  );
  const ask = await until('the ask on the command line', async () => {
    const { items } = JSON.parse((await run('asks', 'list', '--json')).out) as { items: { id: string }[] };
    return items[0] ?? null;
  });
  expect((await run('asks', 'answer', ask.id)).code, 'an answer says which').toBe(2);
  expect((await run('asks', 'answer', ask.id, '--once')).code).toBe(0);
  const watched = await created;
  expect([watched.code, watched.err]).toEqual([0, '']);
  const lines = watched.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { seq: number; sessionId: string });
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, place) => place + 1));
  const slug = (await stage.api.session(lines[0]?.sessionId ?? '')).slug;

  expect((await run('sessions', 'diff', slug)).out).toContain('+# Notes');
  const place = ['--path', 'NOTES.md', '--line', '1'];
  expect((await run('sessions', 'comment', slug, 'Short.', ...place)).code).toBe(0);
  expect((await run('sessions', 'comment', slug, 'Where?', '--path', 'NOTES.md', '--line', '90')).code).toBe(6);
  expect((await run('sessions', 'comments', slug)).out).toContain('NOTES.md:1');
  expect((await run('sessions', 'prompt', slug, 'More.')).code, 'it is over').toBe(5);
  expect((await run('sessions', 'accept', slug, '--note', 'Good.')).code).toBe(0);
  expect((await run('sessions', 'merge', slug, '--dry-run')).out).toContain('fast_forward');
  const merged = await run('sessions', 'merge', slug, '--delete-branch', '--json');
  expect([merged.code, merged.err]).toEqual([0, '']);
  const { after } = JSON.parse(merged.out) as { after: string };
  expect((await git(source, 'rev-parse', 'main')).trim()).toBe(after);
  const file = `${house.folder}/report.html`;
  expect((await run('sessions', 'report', slug, '-o', file)).code).toBe(0);
  expect(await readFile(file, 'utf8')).toContain('Merged into main');

  expect((await run('sessions', 'show', 'IND-9999')).code).toBe(4);
  expect((await run('audit', 'verify')).code, 'the token has no scope for it').toBe(3);
  expect((await run('sessions', 'list', '--url', 'http://127.0.0.1:9')).code).toBe(3);
  expect((await run('sessions', 'list', '--url', 'http://127.0.0.1:9', '--token', 'x')).code).toBe(7);
  expect((await run('doctor')).out).toContain('is ready');
});

test('two writers of one version: the second is told that the world moved on', async ({ stage }) => {
  const { api } = stage;
  const repository = await stage.repository();
  const { id, version } = await api.create({ repositoryId: repository.id, prompt: 'Wait.', start: false });
  const headers = { 'if-match': `"${version}"` };
  const first = await api.call('PATCH', `/sessions/${id}`, { body: { title: 'Describe the result' }, headers });
  expect(first.status).toBe(200);
  const second = await api.call('PATCH', `/sessions/${id}`, { body: { title: 'Describe it twice' }, headers });
  expect([second.status, second.error?.code]).toEqual([409, 'CONFLICT']);

  expect((await api.call('DELETE', `/sessions/${id}`)).status).toBe(204);
  expect((await api.call('GET', `/sessions/${id}`)).status).toBe(404);
  expect((await api.command(id, 'undelete')).title).toBe('Describe the result');
  expect((await api.session(id)).status, 'what waited was cancelled by the deletion').toBe('cancelled');
});

test('lists are paged, and a session is found by state, words and tag', async ({ stage }) => {
  const { api } = stage;
  const repository = await stage.repository();
  for (const name of ['first', 'second', 'third'])
    await api.create({
      repositoryId: repository.id,
      title: `Describe the ${name}`,
      prompt: 'Wait.',
      tags: ['paged'],
      start: false,
    });
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: { id: string; title: string }[]; nextCursor: string | null; total: number } = await api.ok(
      'GET',
      `/sessions?tag=paged&status=pending&limit=2${more}`,
    );
    expect(page.total).toBe(3);
    seen.push(...page.items.map((item) => item.title));
    for (const item of page.items) expect(item.id).toMatch(/^[0-9a-f-]{36}$/);
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect([...seen].sort()).toEqual(['Describe the first', 'Describe the second', 'Describe the third']);
  const found = await api.ok<{ items: { id: string; title: string }[] }>('GET', '/sessions?q=second&tag=paged');
  expect(found.items.map((item) => item.title)).toEqual(['Describe the second']);
  expect((await api.call('GET', '/sessions?limit=101')).status).toBe(422);
  for (const { id } of (await api.ok<{ items: { id: string }[] }>('GET', '/sessions?tag=paged')).items)
    await api.command(id, 'cancel');
});

test('probes and the description of the API answer strangers, the rest does not', async ({ stage }) => {
  const { api } = stage;
  expect((await api.call('GET', '/health/live', { token: null })).status).toBe(200);
  const ready = await api.call('GET', '/health/ready', { token: null });
  expect(ready.body).toMatchObject({ ready: true, parts: { database: { ok: true }, loops: { ok: true } } });
  const metrics = await api.call('GET', '/metrics', { token: null });
  expect(metrics.status, 'bound to loopback').toBe(200);
  expect(metrics.text).toMatch(/^# HELP /m);
  const document = await api.call('GET', '/openapi.json', { token: null });
  expect(document.body).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
  const stranger = await api.call('GET', '/sessions', { token: null });
  expect([stranger.status, stranger.error?.code]).toEqual([401, 'UNAUTHENTICATED']);
});
