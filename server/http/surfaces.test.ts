import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { createLogger } from '../log.ts';
import { createHealth, type Health } from './health.ts';
import { isOwnOrigin } from './origin.ts';
import { type ApiServer, openApiServer } from './testing/api-server.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(options: Parameters<typeof openApiServer>[0] = {}): Promise<ApiServer> {
  const server = await openApiServer(options);
  closers.push(server.close);
  return server;
}

async function openHealth(health: () => Promise<Health>): Promise<string> {
  const app = express();
  app.use(createHealth({ health, version: '1.2.3' }, createLogger({ level: 'silent' })));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('metrics show the first figures on a loopback address', async () => {
  const server = await open();
  const { status, body, headers } = await server.send('GET', '/metrics', { token: null });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('text/plain');
  for (const line of [
    'orchestrator_database_up 1',
    'orchestrator_sessions{status="running"} 0',
    'orchestrator_attempts{status="lost"} 0',
    'orchestrator_open_asks 0',
    'orchestrator_outbox_size 0',
    'orchestrator_loop_ticks_total{loop="dispatch"} 3',
    'orchestrator_loop_last_tick_age_seconds{loop="dispatch"}',
    'nodejs_eventloop_lag_seconds',
    'process_resident_memory_bytes',
  ]) {
    expect(body).toContain(line);
  }
});

test('elsewhere metrics need their token or the scope', async () => {
  const server = await open({ environment: { HOST: '0.0.0.0', METRICS_TOKEN: 'scrape-me-please' } });
  const get = (token: string | null) => server.send('GET', '/metrics', { token });
  expect((await get(null)).status).toBe(401);
  expect((await get('scrape-me')).status).toBe(401);
  expect((await get('scrape-me-please')).status).toBe(200);
  expect((await get(await server.issue('ada@example.com', ['metrics:read']))).status).toBe(200);
  const refused = await get(await server.issue('ada@example.com', ['sessions:read']));
  expect(refused.status).toBe(403);
  expect(refused.body.error.code).toBe('FORBIDDEN');
});

test('the process is live, and ready while its parts are', async () => {
  const server = await open();
  expect((await server.send('GET', '/health/live', { token: null })).body).toEqual({ live: true });
  const ready = await server.send('GET', '/health/ready', { token: null });
  expect(ready.status).toBe(200);
  expect(ready.body).toMatchObject({ ready: true, parts: { database: { ok: true }, loops: { ok: true } } });
  expect((await server.send('GET', '/health', { token: null })).body).toMatchObject({ status: 'ok' });
});

test('a part that is down is 503, a degraded one is not, and a check that fails still answers', async () => {
  let health: () => Promise<Health> = async () => ({
    ready: false,
    parts: { database: { ok: false, detail: 'gone' } },
  });
  const url = await openHealth(() => health());
  const ready = async () => {
    const response = await fetch(`${url}/health/ready`);
    return [response.status, await response.json()];
  };
  expect(await ready()).toEqual([503, { ready: false, parts: { database: { ok: false, detail: 'gone' } } }]);
  health = async () => ({ ready: true, parts: { runtime: { ok: false, degraded: true, detail: 'offline' } } });
  expect((await ready())[0]).toBe(200);
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'degraded', version: '1.2.3' });
  health = () => Promise.reject(new Error('secret detail'));
  const [status, body] = await ready();
  expect(status).toBe(503);
  expect(JSON.stringify(body)).not.toContain('secret');
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
});

test('too many requests of one actor are refused with the time to wait, and nobody else is', async () => {
  const server = await open({ rates: { reads: 5, writes: 2, strangers: 3 } });
  const busy = await server.issue('ada@example.com');
  const statuses: number[] = [];
  for (let n = 0; n < 7; n++) statuses.push((await server.api('GET', '/sessions', { token: busy })).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  const refused = await server.api('GET', '/sessions', { token: busy });
  expect(refused.body.error).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
  expect(Number(refused.headers.get('retry-after'))).toBe(refused.body.error.retryAfterSeconds);
  expect((await server.api('GET', '/sessions')).status).toBe(200);

  const strangers: number[] = [];
  for (let n = 0; n < 5; n++) strangers.push((await server.api('GET', '/sessions', { token: 'oio_guess' })).status);
  expect(strangers).toEqual([401, 401, 401, 429, 429]);
  expect((await server.api('GET', '/sessions')).status).toBe(200);
});

test('a mutation that another site sends is refused, also without a cookie', async () => {
  const server = await open();
  const post = (headers: Record<string, string>) =>
    server.send('POST', '/api/v1/sessions', { token: null, headers, body: {} });
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: server.url },
  ]) {
    const { status, body } = await post(headers as Record<string, string>);
    expect([headers, status, body.error.code]).toEqual([headers, 403, 'FORBIDDEN']);
  }
  // Past the check these are only unauthenticated.
  expect((await post({ origin: server.url })).status).toBe(401);
  expect((await post({})).status).toBe(401);
});

test('an origin is ours by its host, or by the public address', () => {
  expect(isOwnOrigin('https://app.example', 'app.example', null)).toBe(true);
  expect(isOwnOrigin('http://localhost:4400', 'LOCALHOST:4400', null)).toBe(true);
  expect(isOwnOrigin('https://app.example', '10.0.0.5:4400', 'https://app.example/base')).toBe(true);
  expect(isOwnOrigin('https://app.example.evil', 'app.example', 'https://app.example')).toBe(false);
  expect(isOwnOrigin('http://localhost:4401', 'localhost:4400', null)).toBe(false);
  expect(isOwnOrigin('null', 'null', null)).toBe(false);
});

test('over TLS the browser is told to stay there; in development Vite may inject styles', async () => {
  const secure = await open({ environment: { PUBLIC_URL: 'https://app.example' } });
  const { headers } = await secure.send('GET', '/health/live');
  expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
  expect(headers.get('content-security-policy')).toContain('upgrade-insecure-requests');
  const plain = await open({ environment: { NODE_ENV: 'development' } });
  const dev = (await plain.send('GET', '/health/live')).headers;
  expect(dev.get('strict-transport-security')).toBeNull();
  expect(dev.get('content-security-policy')).toContain("style-src 'self' 'unsafe-inline'");
});
