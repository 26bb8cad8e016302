import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import postgres from 'postgres';
import { expect, test } from '../support/fixtures.ts';
import { git } from '../support/git.ts';
import { type RestClient, restClient, script } from '../support/rest.ts';
import { until } from '../support/wait.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.setTimeout(480_000);
// Its rows can be read from outside, every column of every table.

const random = (length: number) => randomBytes(length).toString('hex').slice(0, length).toUpperCase();
/** What nobody configured, so that it can only be known by its looks; but for the key of the model. */
const planted = {
  model: `the-key-of-the-model-${random(16)}`,
  metrics: `scrape-${random(20)}`,
  repository: `ghp_${random(36)}`,
  remote: `mailbox-${random(16)}`,
  output: `AKIA${random(16)}`,
  outputSecret: random(40),
  prompt: `sk-${random(32)}`,
  file: `npm_${random(36)}`,
  ask: random(32),
  said: `glpat-${random(24)}`,
  report: `xoxb-${random(24)}`,
};

/** A YAML text that reads as this one only when it is run: what a prompt holds in plain is taken out before the run. */
const hidden = (text: string) =>
  `"${[...text].map((character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}"`;

/** An endpoint that refuses every call and repeats what it was called with, as some do. */
async function tellTale() {
  const server = createServer((request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    const message = `Incorrect API key provided: ${request.headers.authorization}`;
    response.end(JSON.stringify({ error: { message, code: 'invalid_api_key' } }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, close: () => server.close() };
}

/** Every row of every table as text, bytes as they read. */
async function wholeDatabase(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  const tables = await sql<{ name: string }[]>`select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`;
  const rows: string[] = [];
  for (const { name } of tables)
    for (const row of await sql.unsafe(`select t.* from ${name} t`))
      rows.push(
        `${name} ${JSON.stringify(row, (_, value: unknown) =>
          typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value
            ? Buffer.from(value.data as number[]).toString('latin1')
            : value,
        )}`,
      );
  await sql.end();
  return rows.join('\n');
}

/** Every file below the folder, as it is on the disk. */
async function wholeFolder(folder: string, without: readonly string[] = []): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !without.some((one) => path.startsWith(join(folder, one))))
      found.set(path, await readFile(path, 'latin1'));
  }
  return found;
}

/** Works through an agent outside that says a secret wherever it can. */
async function reportFromOutside(api: RestClient, repositoryId: string) {
  const { items } = await api.ok<{ items: { id: string }[] }>('GET', '/agents?limit=100');
  for (const { id } of items) await api.ok('POST', `/agents/${id}/disable`, { body: {} });
  const { code } = await api.ok<{ code: string }>('POST', '/agents/enrolment-codes', { body: {} });
  const agent = await api.ok<{ agentId: string; token: string; signingSecret: string }>(
    'POST',
    '/agents/external/register',
    {
      token: null,
      body: {
        enrolmentCode: code,
        protocolVersion: '1.0',
        name: 'AGENT-OUTSIDE',
        version: '1',
        agentType: 'implementer',
        capabilities: ['code_generation'],
      },
    },
  );
  const beat = `/agents/external/${agent.agentId}/heartbeat`;
  await api.ok('POST', beat, { token: agent.token, body: { status: 'healthy', currentLoad: 0, tasksInProgress: 0 } });
  const session = await api.create({ title: 'From outside', prompt: 'Do it.', repositoryId });
  const { token } = agent;
  const task = await until('a task to claim', async () => {
    const claimed = await api.call('POST', `/agents/external/${agent.agentId}/tasks/claim?wait=10`, { token });
    return claimed.status === 200 ? (claimed.body as { attemptId: string; epoch: number }) : null;
  });
  const tell = (kind: string, body: object) =>
    api.ok('POST', `/agents/external/attempts/${task.attemptId}/${kind}`, {
      token,
      body: { epoch: task.epoch, ...body },
    });
  const events = [{ type: 'output', key: 'one', text: `Signed in with ${planted.report}.` }];
  await tell('events', { events });
  await tell('result', {
    status: 'completed',
    output: `Done with ${planted.report}.`,
    artifacts: [{ path: 'outside.txt', content: 'made' }],
  });
  await api.waitFor(session.id, 'completed');
  return { session, secrets: { enrolment: code, agent: token, signing: agent.signingSecret } };
}

test('a run that says every secret there is leaves none of them behind', async ({ house }) => {
  const provider = await tellTale();
  await house.start({
    MODEL_BASE_URL: provider.url,
    MODEL_API_KEY: planted.model,
    MODEL_NAME: 'refuses',
    METRICS_TOKEN: planted.metrics,
  });
  try {
    const api = await house.api();
    const source = await house.repository('work', {
      'settings.txt': `token: ${planted.repository}\n`,
      'print.js': `console.log('aws_access_key_id = ${planted.output.slice(0, 9)}' + '${planted.output.slice(9)}');
console.log('aws_secret_access_key = ${planted.outputSecret.slice(0, 20)}' + '${planted.outputSecret.slice(20)}');`,
    });
    await git(source, 'remote', 'add', 'mail', `https://mail%40example.com:${planted.remote}@mail.example.com/r.git`);
    await git(source, 'add', '--all');
    const { id: repositoryId } = await api.register(source, { verify: ['node check.js', 'node print.js'] });
    const { secret: webhook } = await api.ok<{ secret: string }>('POST', '/webhooks', {
      body: { name: 'hook', url: 'https://example.com/hook', enabled: false },
    });
    const token = await house.token(['sessions:read', 'audit:read', 'metrics:read']);
    const every = { ...planted, webhook, token, admin: house.admin.password };

    const rehearsed = { repositoryId, model: 'rehearsal/scripted' };
    // These three are known by what stands around them only.
    const bare = new Set(['remote', 'outputSecret', 'ask']);
    const said = Object.entries(every).flatMap(([name, value]) =>
      bare.has(name) ? [] : [`- say: ${hidden(`The ${name} is ${value} .`)}`],
    );
    const session = await api.create({
      ...rehearsed,
      title: `Sign in with ${planted.prompt}`,
      prompt: `Use ${planted.prompt} for it.\n${script(`
- bash: cat settings.txt
- bash: node print.js
- bash: node -p "JSON.stringify(process.env)"
- ask: ${hidden(`curl -H "Authorization: Bearer ${planted.ask}" https://example.com`)}
- ask: git remote -v
- write: { path: config.txt, content: ${hidden(`registry=${planted.file}\n`)} }
${said.join('\n')}
- question: ${hidden(`May I use ${planted.said} ?`)}
`)}`,
    });
    const first = await api.openAsk(session.id);
    expect(first.command).toContain('curl');
    await api.ok('POST', `/asks/${first.id}/answer`, { body: { decision: 'reject', message: `No ${planted.said}` } });
    const second = await until('the second ask', async () => {
      const ask = await api.openAsk(session.id);
      return ask.id === first.id ? null : ask;
    });
    await api.ok('POST', `/asks/${second.id}/answer`, { body: { decision: 'once' } });
    const question = await until('the question', async () => {
      const ask = await api.openAsk(session.id);
      return ask.kind === 'question' ? ask : null;
    });
    await api.ok('POST', `/asks/${question.id}/answer`, { body: { answers: [`Yes, ${planted.said}`] } });
    await api.waitFor(session.id, 'completed');

    // One whose provider refuses, one whose work does not land, one from outside.
    const refused = await api.create({ title: 'Refused', prompt: 'Do it.', repositoryId });
    const given = await api.create({
      ...rehearsed,
      title: 'Given up',
      prompt: script(
        `- write: { path: half.txt, content: half }\n- say: ${hidden(planted.said)}\n- ask: git gc --auto`,
      ),
    });
    await api.openAsk(given.id);
    await api.command(given.id, 'stop');
    await api.waitForEvent(refused.id, 'attempt.ended');
    const outside = await reportFromOutside(api, repositoryId);

    const { password, token: gateway } = JSON.parse(
      await readFile(join(house.dataDir, 'runtime/opencode/state.json'), 'utf8'),
    ) as Record<string, string>;
    const secrets = Object.entries({ ...every, ...outside.secrets, password: password ?? '', gateway: gateway ?? '' });
    expect(Math.min(...secrets.map(([, value]) => value.length))).toBeGreaterThan(15);
    const foundIn = (text: string) => secrets.filter(([, value]) => text.includes(value)).map(([name]) => name);

    const auditor = restClient(house.url, token);
    const told: Record<string, string> = {
      database: await wholeDatabase(house.environment.DATABASE_URL ?? ''),
      log: house.log(),
      metrics: (await auditor.call('GET', '/metrics', { token: planted.metrics })).text,
      audit: (await auditor.call('GET', '/audit/export')).text,
    };
    for (const { id, slug } of [session, refused, given, outside.session])
      for (const part of ['', '/events', '/tasks', '/report', '/audit'])
        told[`${slug}${part}`] = (await auditor.call('GET', `/sessions/${id}${part}`)).text;
    for (const [place, text] of Object.entries(told)) {
      expect(text.length, place).toBeGreaterThan(100);
      expect.soft(foundIn(text), place).toEqual([]);
    }

    // What did not land is kept as commits: they hold what the agent wrote, and no word of what it said.
    const bundles = await until('what was stopped to be kept', async () => {
      const files = await readdir(join(house.dataDir, 'bundles')).catch(() => []);
      const kept = files.filter((name) => name.endsWith('.bundle'));
      return kept.length > 0 ? kept : null;
    });
    for (const bundle of bundles) {
      await git(source, 'fetch', '--quiet', join(house.dataDir, 'bundles', bundle), '+refs/*:refs/kept/*');
      expect
        .soft(foundIn(await git(source, 'log', '--all', '-p', '--format=fuller')), bundle)
        .toEqual(['repository', 'file']);
    }
    // Every other file of the installation, but for git's own and for what OpenCode keeps of its work.
    for (const [path, text] of await wholeFolder(house.dataDir, ['worktrees', 'mirrors', 'repositories', 'runtime']))
      expect.soft(foundIn(text), path).toEqual([]);
    // It was said: OpenCode's own record of the run has it.
    const record = [...(await wholeFolder(join(house.dataDir, 'runtime/opencode/data'))).values()].join('');
    expect(foundIn(record)).toEqual(expect.arrayContaining(Object.keys(every)));
  } finally {
    provider.close();
  }
});
