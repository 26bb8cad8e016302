import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutbound } from '../outbound.ts';
import { createExternalFleet } from './external-fleet.ts';
import { localOutbound } from './external-testing.ts';
import { temporaryFolder } from './runtime-testing.ts';

type Answer = { status?: number; type?: string; body: string; location?: string };
const json = (body: object): Answer => ({ type: 'application/json', body: JSON.stringify(body) });
const page: Answer = { type: 'text/html', body: '<!doctype html><title>Hello</title>' };
const health = (version: string, healthy = true) => ({ '/global/health': json({ healthy, version }) });

let answers: Record<string, Answer> = {};
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const right = request.headers.authorization === `Basic ${Buffer.from('opencode:right').toString('base64')}`;
    const { status = 200, type = 'text/plain', body, location } = answers[path] ?? page;
    response.writeHead(right ? status : 401, { 'content-type': type, ...(location && { location }) });
    response.end(right ? body : '');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const fleet = (outbound = localOutbound) =>
  createExternalFleet({
    outbound,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    dataDir: temporaryFolder(),
    runner: { defaultModel: () => 'rehearsal/scripted' },
    gateway: { models: () => [], defaultModel: () => '' },
    gatewayUrl: () => '',
    keepSecret: () => undefined,
  });
const probe = (changes: object = {}) => fleet().probe({ url, username: 'opencode', password: 'right', ...changes });

test.each<[string, Record<string, Answer>, object, string, RegExp]>([
  ['a wrong password', health('1.18.33'), { password: 'wrong' }, 'password', /refuses this user name and password/],
  ['nobody at the port', {}, { url: 'http://127.0.0.1:9' }, 'url', /^Nobody answers at 127\.0\.0\.1:9: ECONNREFUSED/],
  ['an older dialect', health('1.17.4'), {}, 'url', /OpenCode 1\.17\.4, whose dialect is unknown/],
  ['a newer one of the first', health('1.19.3'), {}, 'url', /OpenCode 1\.19\.3, whose dialect is unknown/],
  ['a second major', health('2.0.1'), {}, 'url', /OpenCode 2\.0\.1, whose dialect is not supported yet/],
  ['the second dialect', { '/api/health': json({ healthy: true }) }, {}, 'url', /OpenCode 2, .* not supported yet/],
  ['a web page', {}, {}, 'url', /A web page answers there/],
  ['another API', { '/global/health': json({ up: true }), '/api/health': page }, {}, 'url', /is not OpenCode/],
  ['one that is not healthy', health('1.18.33', false), {}, 'url', /says that it is not healthy/],
  [
    'a redirect',
    { '/global/health': { status: 302, body: '', location: 'http://127.0.0.1:9/' } },
    {},
    'url',
    /answers with a redirect/,
  ],
  [
    'a server that sees other files',
    {
      ...health('1.18.33'),
      '/file/content': json({ type: 'text', content: '' }),
      '/config/providers': json({ providers: [] }),
    },
    {},
    'url',
    /does not see the files of this machine/,
  ],
])('%s is refused with its own sentence', async (_, given, changes, path, sentence) => {
  answers = given;
  await expect(probe(changes)).rejects.toMatchObject({
    code: 'INVALID',
    details: [{ path, message: expect.stringMatching(sentence) }],
  });
});

test('a private address is not called unless it is allowed', async () => {
  const closed = fleet(createOutbound({ allow: [] }));
  await expect(closed.probe({ url, username: 'opencode', password: 'right' })).rejects.toMatchObject({
    details: [{ path: 'url', message: expect.stringMatching(/private address.*OUTBOUND_ALLOW/) }],
  });
});
