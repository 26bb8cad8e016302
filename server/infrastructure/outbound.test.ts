import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutbound } from './outbound.ts';

const asked: { method: string | undefined; url: string | undefined; host: string | undefined; body: string }[] = [];
let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method, url, headers } = request;
    asked.push({ method, url, host: headers.host, body: Buffer.concat(parts).toString() });
    if (url === '/moved') response.writeHead(307, { location: '/one' }).end();
    else if (url === '/nothing') response.writeHead(204).end();
    else if (url === '/drips') response.write('begun');
    else if (url !== '/hangs')
      response.writeHead(url === '/wrong' ? 418 : 200, { 'x-one': 'yes' }).end('x'.repeat(2000));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const outbound = createOutbound({ allow: async () => ['127.0.0.1'] });
const at = (path: string) => new URL(`http://nowhere.invalid:${port}${path}`);
const how = { protocols: ['http:'] as const, timeoutMs: 5000, maxBytes: 2000 };

test('a call goes to the address that was judged, under the name that was given', async () => {
  const answer = await outbound.send(at('/one'), { ...how, method: 'POST', body: 'hello' });
  expect(answer).toMatchObject({ status: 200, body: Buffer.alloc(2000, 'x') });
  expect(answer.headers.get('x-one')).toBe('yes');
  expect(asked.at(-1)).toEqual({ method: 'POST', url: '/one', host: `nowhere.invalid:${port}`, body: 'hello' });
  expect(await outbound.send(at('/wrong'), how)).toMatchObject({ status: 418 });
  expect(await outbound.send(at('/nothing'), how)).toMatchObject({ status: 204, body: Buffer.alloc(0) });
});

test.each([
  ['a redirect', '/moved', how, 'redirect'],
  ['more than was allowed', '/one', { ...how, maxBytes: 1999 }, 'too_large'],
  ['a server that does not answer', '/hangs', { ...how, timeoutMs: 100 }, 'slow'],
  ['a body that does not end', '/drips', { ...how, timeoutMs: 200 }, 'slow'],
  ['another protocol', '/one', { ...how, protocols: ['https:'] as const }, 'protocol'],
])('%s is refused', async (_, path, call, reason) => {
  await expect(outbound.send(at(path), call)).rejects.toMatchObject({ reason });
});

test('a name that also points inwards, and one that points nowhere, are not called', async () => {
  const count = asked.length;
  const closed = createOutbound({ allow: [] });
  await expect(closed.send(new URL(`http://localhost:${port}/one`), how)).rejects.toMatchObject({ reason: 'private' });
  const away = createOutbound({ allow: async () => [] });
  await expect(away.send(at('/one'), how)).rejects.toMatchObject({ reason: 'unknown_host' });
  const slow = createOutbound({ allow: () => new Promise(() => {}) });
  await expect(slow.send(at('/one'), { ...how, timeoutMs: 50 })).rejects.toMatchObject({ reason: 'slow' });
  expect(asked.length).toBe(count);
});

test('a stream is handed on as it comes, and ends when its reader leaves', async () => {
  const leaving = new AbortController();
  const response = await outbound.open(at('/drips'), { ...how, timeoutMs: 2000, signal: leaving.signal });
  const reader = response.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('begun');
  leaving.abort(new Error('enough'));
  await expect(reader?.read()).rejects.toThrow();
});
