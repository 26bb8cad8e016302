import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutbound } from '../infrastructure/outbound.ts';
import { createOutboundJudge } from '../infrastructure/outbound-judge.ts';
import { type ApiServer, openApiServer } from './testing/api-server.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await openApiServer({ environment: { METRICS_TOKEN: 'a-token-for-metrics' } });
});
afterAll(() => api.close());

const refused = async (path: string, raw: string) => {
  const { status, body } = await api.send('POST', path, { raw });
  return [status, body?.error?.code, body?.error?.details?.[0]?.message] as const;
};

test('JSON that nests without end is refused before anything follows it', async () => {
  for (const depth of [65, 5_000, 150_000]) {
    const deep = `{"title":"A title","prompt":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(await refused('/api/v1/sessions', deep)).toEqual([422, 'INVALID', 'Nests more than 64 levels deep']);
    const objects = `{"data":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
    expect((await refused('/api/v1/contexts', objects))[0]).toBe(422);
  }
  expect((await api.send('GET', '/health/live')).status).toBe(200);
});

test('no body reaches the prototype of anything', async () => {
  const bodies = [
    '{"__proto__":{"polluted":true},"title":"A title"}',
    '{"constructor":{"prototype":{"polluted":true}},"title":"A title"}',
    '{"scope":"global","data":{"a":{"__proto__":{"polluted":true}}}}',
  ];
  for (const path of ['/api/v1/sessions', '/api/v1/contexts', '/api/v1/agents', '/api/v1/tokens'])
    for (const raw of bodies) expect((await refused(path, raw))[0], `${path} ${raw}`).toBe(422);
  const { body: context } = await api.send('POST', '/api/v1/contexts', { body: { scope: 'global', data: { a: {} } } });
  for (const path of ['__proto__.polluted', 'constructor.prototype.polluted', 'a.__proto__.polluted']) {
    const { status } = await api.send('PUT', `/api/v1/contexts/${context.id}/keys/${path}`, { body: { value: true } });
    expect(status, path).toBeLessThan(500);
  }
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(Reflect.get([], 'polluted')).toBeUndefined();
});

test.each([
  '/api/v1/sessions/IND-1%00',
  '/api/v1/sessions?q=%00',
  '/api/v1/sessions?q=%ED%A0%80',
  '/api/v1/asks?sessionId=%00',
  '/api/v1/tasks/%00',
  '/api/v1/agents/%00',
  '/api/v1/blueprints/%00',
  '/api/v1/repositories/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '/api/v1/blueprints/..%2f..%2f..%2fetc%2fpasswd',
  '/api/v1/sessions/IND-1%0d%0aX-Injected:%20yes',
  '/api/v1/sessions/%',
  '/api/v1/events?after=%00',
])('%s is answered with a refusal or nothing found, never with a failure or a header of its own', async (path) => {
  const { status, headers } = await api.send('GET', path);
  expect(status).toBeLessThan(500);
  expect(headers.get('x-injected')).toBeNull();
});

test.each([
  'ext::sh -c touch% /tmp/owned',
  'ext::sh',
  '--upload-pack=touch /tmp/owned',
  '-oProxyCommand=touch /tmp/owned',
  'ssh://-oProxyCommand=touch/owned',
  'git@-oProxyCommand=x:owner/repo',
  'file:///etc',
  'git://github.com/a/b',
  'http://example.com/a.git',
  'https://user:secret@example.com/a.git',
  'https://127.0.0.1/a.git',
  'https://[::1]/a.git',
  'https://[::ffff:10.0.0.1]/a.git',
  'https://169.254.169.254/latest/meta-data',
  'https://2130706433/a.git',
  'https://0x7f.1/a.git',
  'https://localhost/a.git',
  'https://metadata.localhost/a.git',
  'https://example.com/a.git?x=--upload-pack',
  '../../etc',
  '/etc/\u0000passwd',
])('the source %s is never given to git', async (source) => {
  const { status, body } = await api.send('POST', '/api/v1/repositories', { body: { source } });
  expect([status, body.error.code]).toEqual([422, 'INVALID']);
  expect(JSON.stringify(body)).not.toContain('secret@');
});

test.each([
  'http://127.0.0.1:1/hook',
  'http://[::1]/hook',
  'http://10.1.2.3/hook',
  'http://169.254.169.254/latest',
  'http://0/hook',
  'http://0177.0.0.1/hook',
  'http://2130706433/hook',
  'https://[fd00::1]/hook',
  'https://[fe80::1]/hook',
  'https://[::ffff:192.168.0.1]/hook',
  'http://localhost/hook',
])('nothing is sent to %s', async (url) => {
  expect(await createOutboundJudge([])(url)).toMatch(/private address/);
  const outbound = createOutbound({ allow: [] });
  const call = { protocols: ['http:', 'https:'] as const, timeoutMs: 5_000, maxBytes: 1 };
  await expect(outbound.send(new URL(url), call)).rejects.toMatchObject({ reason: 'private' });
});

test.each(['file:///etc/passwd', 'gopher://example.com/', 'https://user:pass@example.com/hook', '//evil.example'])(
  'a webhook cannot name %s',
  async (url) => {
    const { status, body } = await api.send('POST', '/api/v1/webhooks', { body: { name: 'hook', url } });
    expect([status, body.error.code]).toEqual([422, 'INVALID']);
  },
);

test.each([
  ['aliases that unfold', `a: &a [x,x,x,x,x,x,x,x,x]\n${bomb()}`],
  ['depth', `${'['.repeat(2_000)}${']'.repeat(2_000)}`],
  ['a tag', 'key: !!js/function "function () {}"'],
  ['a merge of the prototype', 'key: p\nname: P\nversion: "1"\n__proto__: { polluted: true }\ntasks: []'],
  ['NUL', 'key: "a\\0b"'],
  ['size', `key: ${'x'.repeat(300_000)}`],
])('a blueprint with %s is refused in a moment', async (_, yaml) => {
  const before = performance.now();
  const { status } = await api.send('POST', '/api/v1/blueprints', { body: { yaml } });
  expect(status).toBe(422);
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

function bomb(): string {
  const names = 'abcdefgh';
  return [...names.slice(1)]
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${names[index]}`).join(',')}]`)
    .join('\n');
}

test('a request id, a host or a header of the sender never becomes a header of ours', async () => {
  for (const given of ['a b', 'x'.repeat(101), 'a"b', '<script>']) {
    const { headers } = await api.send('GET', '/health/live', { headers: { 'x-request-id': given } });
    expect(headers.get('x-request-id')).not.toBe(given);
  }
  const { headers } = await api.send('GET', '/health/live', { headers: { 'x-request-id': 'job-1.2:3' } });
  expect(headers.get('x-request-id')).toBe('job-1.2:3');
});

test('every mutation that another site starts is refused, with a login’s cookie or without', async () => {
  const paths = ['/api/v1/sessions', '/login', '/asks', '/account', '/nowhere', '/setup'];
  const foreign = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: `${api.url}.evil.example` },
  ];
  for (const path of paths)
    for (const headers of foreign) {
      const { status } = await api.send('POST', path, { token: null, headers, body: {} });
      expect(status, `${path} ${JSON.stringify(headers)}`).toBe(403);
    }
  // A bearer excuses at the API, which reads nothing else; beside a cookie at a page it excuses nothing.
  const bearer = { authorization: 'Bearer x', origin: 'https://evil.example' };
  expect((await api.send('POST', '/account', { token: null, headers: bearer, body: {} })).status).toBe(403);
  expect((await api.send('POST', '/api/v1/sessions', { token: null, headers: bearer, body: {} })).status).toBe(401);
});

test('guesses at the token of the metrics are counted like those at any other', async () => {
  const few = await openApiServer({
    environment: { METRICS_TOKEN: 'a-token-for-metrics' },
    rates: { reads: 1_000, writes: 1_000, strangers: 3 },
  });
  try {
    const guess = (token: string) => few.send('GET', '/metrics', { token });
    for (let tries = 0; tries < 3; tries += 1) expect((await guess('wrong')).status).toBe(401);
    const late = await guess('wrong');
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await guess('a-token-for-metrics')).status).toBe(200);
  } finally {
    await few.close();
  }
});

test('a packed body counts as what it unpacks to', async () => {
  const send = (raw: Buffer, encoding: string) =>
    fetch(`${api.url}/api/v1/sessions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${api.token}`,
        'content-type': 'application/json',
        'content-encoding': encoding,
      },
      body: new Uint8Array(raw),
    });
  const bomb = Buffer.from(`{"title":"A title","prompt":"${' '.repeat(64 * 1024 * 1024)}"}`);
  for (const [encoding, packed] of [
    ['gzip', gzipSync(bomb)],
    ['deflate', deflateSync(bomb)],
    ['br', brotliCompressSync(bomb, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })],
  ] as const) {
    expect(packed.length, encoding).toBeLessThan(bomb.length / 500);
    expect((await send(packed, encoding)).status, encoding).toBe(413);
  }
  // A bomb in a bomb stays packed: one layer is taken off, and what is left is no JSON.
  expect((await send(gzipSync(gzipSync(Buffer.from('{}'))), 'gzip')).status).toBe(400);
  expect((await send(gzipSync(Buffer.from('{}')), 'compress')).status).toBe(400);
});

test('what a sender names itself is never a line of a header of ours', async () => {
  const { body: made } = await api.send('POST', '/api/v1/repositories', { body: { source: 'sample' } });
  const named = 'A title"\r\nX-Injected: yes\r\n';
  const { status, body } = await api.send('POST', '/api/v1/sessions', {
    body: { title: named, prompt: 'Do it.', repositoryId: made.id, blueprint: 'single_task', tags: ['a\r\nX: b'] },
  });
  expect([201, 422]).toContain(status);
  const slug = body.slug ?? (await sound(made.id));
  for (const path of [`/sessions/${slug}/report`, '/audit/export', `/sessions/${slug}`]) {
    const { headers, status: answered } = await api.send('GET', `/api/v1${path}`);
    expect(answered, path).toBe(200);
    expect(headers.get('x-injected'), path).toBeNull();
    expect(headers.get('content-disposition') ?? '', path).not.toMatch(/[\r\n]|A title/);
  }
  const keyed = { body: { scope: 'global' }, headers: { 'idempotency-key': 'a key\twith a tab' } };
  const { headers } = await api.send('POST', '/api/v1/contexts', keyed);
  expect([...headers.values()].join(' ')).not.toContain('a key');
});

async function sound(repositoryId: string): Promise<string> {
  const body = { title: 'A title', prompt: 'Do it.', repositoryId, blueprint: 'single_task' };
  return (await api.send('POST', '/api/v1/sessions', { body })).body.slug;
}

test('a body above 1 MiB is refused without being read to its end', async () => {
  const raw = JSON.stringify({ title: 'A title', prompt: 'x'.repeat(1024 * 1024) });
  expect((await refused('/api/v1/sessions', raw)).slice(0, 2)).toEqual([413, 'PAYLOAD_TOO_LARGE']);
});
