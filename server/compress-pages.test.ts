import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { compressPages } from './compress-pages.ts';

const long = 'a word and another '.repeat(1_000);

async function answer(type: string, body = long) {
  const app = express();
  app.use(compressPages());
  app.get('/', (_request, response) => {
    response.setHeader('Content-Type', type);
    response.end(body);
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'accept-encoding': 'gzip' } });
  return { coding: response.headers.get('content-encoding'), text: await response.text() };
}

test('documents and their data travel compressed and arrive whole', async () => {
  for (const type of ['text/html; charset=utf-8', 'text/x-script'])
    expect(await answer(type)).toEqual({ coding: 'gzip', text: long });
});

test('downloads, streams and what is short go as they are', async () => {
  for (const type of ['text/event-stream', 'application/json', 'application/octet-stream'])
    expect(await answer(type)).toEqual({ coding: null, text: long });
  expect(await answer('text/html', 'short')).toEqual({ coding: null, text: 'short' });
});
