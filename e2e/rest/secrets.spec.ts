import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import postgres from 'postgres';
import { io } from 'socket.io-client';
import { expect, test } from '../support/fixtures.ts';
import { createInstallation, type Installation } from '../support/installation.ts';
import { type RestClient, script } from '../support/rest.ts';
import { until } from '../support/wait.ts';

test.describe.configure({ mode: 'serial', timeout: 480_000 });

// Ten secrets: two are configured, the others are known by what they look like.
const metricsToken = 'canary-metrics-4f1b9c7e2a';
const canaries = {
  'metrics token': metricsToken,
  'admin password': 'canary-password-77aa01bb',
  'API key': 'sk-canaryCANARY0123456789abcdef',
  'GitHub token': 'ghp_canaryCANARYcanaryCANARYcanaryCANARY',
  'AWS key id': 'AKIACANARYCANARY0001',
  'AWS secret': 'canary/CANARY+canary/CANARY+canaryCANARY',
  'bearer token': 'canaryBearer.0123456789.abcdefgh',
  'database password': 'canaryDatabasePassword',
  'private key': 'MIIEcanaryCANARYcanaryCANARYcanaryKEY',
  'Slack token': 'xoxb-0000000000-canarycanary',
} as const;

const written = `metrics: ${canaries['metrics token']}
password: ${canaries['admin password']}
${canaries['API key']}
${canaries['GitHub token']}
${canaries['AWS key id']}
aws_secret_access_key = ${canaries['AWS secret']}
Authorization: Bearer ${canaries['bearer token']}
postgres://app:${canaries['database password']}@db.example/app
-----BEGIN RSA PRIVATE KEY-----
${canaries['private key']}
-----END RSA PRIVATE KEY-----
${canaries['Slack token']}
`;

/** Names of the canaries a text holds. */
const found = (text: string) =>
  Object.entries(canaries).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));

let house: Installation;
let api: RestClient;
const posted: string[] = [];
const receiver = createServer((req, res) => {
  let body = '';
  req.setEncoding('utf8').on('data', (piece: string) => {
    body += piece;
  });
  // What a receiver answers is kept for the admins: it may be anything.
  req.on('end', () => {
    posted.push(body);
    res.writeHead(posted.length === 1 ? 500 : 200).end(written);
  });
});

test.beforeAll(async () => {
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  house = await createInstallation({
    database: 'postgres',
    shared: {
      admin: { email: 'admin@example.com', password: canaries['admin password'] },
      environment: {
        METRICS_TOKEN: metricsToken,
        OUTBOUND_ALLOW: '127.0.0.1',
        WEBHOOK_RETRY_SECONDS: '1',
        LOG_LEVEL: 'debug',
      },
    },
  });
  await house.start();
  api = await house.api();
});
test.afterAll(async () => {
  await house?.close();
  receiver.close();
});

test('ten planted secrets reach neither database, log, timeline, webhook, report nor metrics', async () => {
  const { port } = receiver.address() as AddressInfo;
  await api.ok('POST', '/webhooks', { body: { name: 'watcher', url: `http://127.0.0.1:${port}/hook` } });
  const source = await house.repository('leaky', {
    'keys.txt': written,
    'leak.js': "process.stderr.write(require('fs').readFileSync('keys.txt', 'utf8')); process.exit(1);\n",
    'prove.js': "console.log(require('fs').readFileSync('keys.txt', 'utf8'));\n",
  });
  const repository = await api.register(source, { verify: ['node prove.js'] });
  const steps = script(`
- bash: cat keys.txt
- bash: node leak.js
- bash: node -e "require('fs').copyFileSync('keys.txt', 'copied.txt')"
- ask: git gc --auto
- say: I have read them.
`);
  const session = await api.create({ repositoryId: repository.id, prompt: `Use these:\n${written}\n${steps}` });
  const ask = await api.openAsk(session.id);
  await api.ok('POST', `/sessions/${session.id}/prompt`, { body: { text: `And this: ${written}` } });
  await api.ok('POST', `/asks/${ask.id}/answer`, { body: { decision: 'reject', message: `Not with ${written}` } });
  await api.waitFor(session.id, ['completed', 'partially_completed', 'failed']);

  // A run that fails with them in its error.
  const broken = await api.register(await house.repository('broken', { 'keys.txt': written }), {
    verify: ['cat keys.txt && exit 3'],
  });
  const failing = await api.create({
    repositoryId: broken.id,
    prompt: script('- write: { path: a.txt, content: "a" }\n- say: Done.'),
  });
  await api.waitFor(failing.id, ['failed', 'completed', 'partially_completed']);
  await until('the webhook to be posted to', async () => posted.length > 5 || null, 60);

  for (const id of [session.id, failing.id])
    for (const part of ['', '/events?limit=100', '/tasks', '/metrics', '/checkpoints', '/tree', '/graph', '/audit']) {
      const { text } = await api.call('GET', `/sessions/${id}${part}`);
      expect(found(text), `/sessions/${id}${part}`).toEqual([]);
    }
  const { text: metrics } = await api.call('GET', '/metrics', { token: metricsToken });
  expect(metrics).toContain('# TYPE');
  expect(found(metrics), 'metrics').toEqual([]);
  expect(found(posted.join('\n')), 'webhooks').toEqual([]);
  expect(found(house.log()), 'log').toEqual([]);
  expect(await dump()).toEqual([]);
});

/** Table and canary of every row of the whole database that holds one. */
async function dump(): Promise<string[]> {
  const sql = postgres(house.environment.DATABASE_URL ?? '', { max: 1, onnotice: () => undefined });
  try {
    const tables = await sql<{ name: string }[]>`select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`;
    expect(tables.length).toBeGreaterThan(30);
    const leaks: string[] = [];
    for (const { name } of tables) {
      for (const { row } of await sql.unsafe<{ row: string }[]>(`select (t.*)::text as row from ${name} t`)) {
        // Bytes are written in hexadecimal.
        const bytes = row.replace(/\\\\x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, 'hex').toString('latin1'));
        leaks.push(...found(`${row}\n${bytes}`).map((canary) => `${name}: ${canary}`));
      }
    }
    return [...new Set(leaks)];
  } finally {
    await sql.end();
  }
}

test('a page runs the scripts of its own nonce only, and each answer has another', async () => {
  const nonces = new Set<string>();
  for (let times = 0; times < 3; times += 1) {
    const response = await fetch(`${house.url}/login`);
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    const nonce = /script-src [^;]*'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(policy).toMatch(/default-src 'self'.*frame-ancestors 'none'.*object-src 'none'/);
    expect(policy).not.toMatch(/script-src [^;]*unsafe/);
    const scripts = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length).toBeGreaterThan(0);
    for (const tag of scripts) expect(tag).toContain(`nonce="${nonce}"`);
    expect(html).not.toMatch(/\son(click|load|error)=/i);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${house.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: house.url, ...headers },
    body: new URLSearchParams(fields),
  });

test('a login planted before the sign-in is not the login after it, and leads to no other site', async () => {
  const planted = 'A'.repeat(43);
  const cookie = `orchestrator_login=${planted}`;
  const credentials = { email: house.admin.email, password: house.admin.password };
  for (const next of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/%0d%0aSet-Cookie:x=y',
    'javascript:x',
  ]) {
    const path = `/login?${new URLSearchParams({ to: next, next, redirectTo: next })}`;
    const response = await form(path, { ...credentials, to: next, next, redirectTo: next }, { cookie });
    expect(response.status, next).toBe(302);
    expect(new URL(response.headers.get('location') ?? '', house.url).origin).toBe(house.url);
    const given = response.headers.get('set-cookie') ?? '';
    expect(given).toMatch(/orchestrator_login=.+; HttpOnly/i);
    expect(given).not.toContain(planted);
  }
  const still = await fetch(`${house.url}/account`, { redirect: 'manual', headers: { cookie } });
  expect(still.status).toBe(302);
});

test('a form from elsewhere, one too large and a path out of the site are refused', async () => {
  expect((await form('/login', {}, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await form('/login', { email: 'x'.repeat(1024 * 1024 + 1) })).status).toBe(413);
  for (const path of [
    '/assets/..%2f..%2f..%2fpackage.json',
    '/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/.env',
    '/%00',
  ]) {
    const response = await fetch(`${house.url}${path}`, { redirect: 'manual' });
    expect(response.status, path).toBeLessThan(500);
    expect(await response.text(), path).not.toContain('opencode-industrial-orchestrator"');
  }
});

test('a socket opens for this site only, and for nobody without a login or a token', async () => {
  const token = await house.token(['sessions:read']);
  const outcome = (origin: string | null, auth: Record<string, string>) =>
    new Promise<string>((settle) => {
      const socket = io(house.url, {
        transports: ['websocket'],
        reconnection: false,
        auth,
        ...(origin === null ? {} : { extraHeaders: { origin } }),
      });
      const end = (words: string) => {
        socket.close();
        settle(words);
      };
      socket.on('connect', () => end('open'));
      socket.on('connect_error', () => end('refused'));
    });
  expect(await outcome('https://evil.example', { token })).toBe('refused');
  expect(await outcome('null', { token })).toBe('refused');
  expect(await outcome(house.url, { token })).toBe('open');
  expect(await outcome(null, { token })).toBe('open');
  expect(await outcome(null, {})).toBe('refused');
  expect(await outcome(null, { token: 'oio_wrong' })).toBe('refused');
});
