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
