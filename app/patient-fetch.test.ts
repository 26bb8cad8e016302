import { expect, test } from 'vitest';
import { patientFetch } from './patient-fetch.ts';

const away = new TypeError('Failed to fetch');
const once = () => Promise.resolve();

function answeringAfter(failures: number) {
  let calls = 0;
  const fetch = async () => {
    calls += 1;
    if (calls <= failures) throw away;
    return new Response('{}');
  };
  return { fetch, calls: () => calls };
}

test('a load of page data waits until the server answers', async () => {
  const server = answeringAfter(3);
  const response = await patientFetch(server.fetch, once)('https://room.example/sessions/IND-1.data?_routes=x');
  expect(response.ok).toBe(true);
  expect(server.calls()).toBe(4);
});

test('an order is given once, and its failure is told', async () => {
  const server = answeringAfter(1);
  const order = patientFetch(server.fetch, once)('https://room.example/sessions/IND-1.data', { method: 'POST' });
  await expect(order).rejects.toBe(away);
  expect(server.calls()).toBe(1);
});

test('a load nobody wants any more ends', async () => {
  const server = answeringAfter(9);
  const signal = AbortSignal.abort();
  await expect(patientFetch(server.fetch, once)('https://room.example/asks.data', { signal })).rejects.toBe(away);
});

test('other requests and other failures pass as they are', async () => {
  const server = answeringAfter(1);
  await expect(patientFetch(server.fetch, once)('https://room.example/theme.css')).rejects.toBe(away);
  const broken = new Error('not the network');
  const fetch = () => Promise.reject(broken);
  await expect(patientFetch(fetch, once)('https://room.example/asks.data')).rejects.toBe(broken);
});

test('an answer that is cut in the middle is asked for again', async () => {
  let calls = 0;
  const cutOnce = async () => {
    calls += 1;
    if (calls > 1) return new Response('all of it', { status: 202, headers: { 'x-kept': 'yes' } });
    return new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('half')),
        pull: (controller) => controller.error(new TypeError('network error')),
      }),
    );
  };
  const response = await patientFetch(cutOnce, once)('/sessions.data');
  expect([response.status, response.headers.get('x-kept'), await response.text()]).toEqual([202, 'yes', 'all of it']);
});

test('an answer without a body is passed on', async () => {
  const response = await patientFetch(async () => new Response(null, { status: 204 }), once)('/sessions.data');
  expect([response.status, response.body]).toEqual([204, null]);
});
