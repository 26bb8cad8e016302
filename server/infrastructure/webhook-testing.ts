import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver on this machine; `answer` says what it does, by default 204 at once. */
export async function openReceiver() {
  const received: Received[] = [];
  const behaviour: { answer: (res: ServerResponse, call: Received) => void } = {
    answer: (res) => res.writeHead(204).end(),
  };
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (piece: string) => {
      body += piece;
    });
    req.on('end', () => {
      const call = { path: req.url ?? '', headers: req.headers, body };
      received.push(call);
      behaviour.answer(res, call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    behaviour,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Receiver = Awaited<ReturnType<typeof openReceiver>>;

/** Checks a call as docs/webhooks.md tells receivers to; answers the id it drops repetitions by. */
export function verified({ headers, body }: Received, secret: string): string {
  const timestamp = String(headers['x-orchestrator-timestamp']);
  expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(300);
  const made = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  expect(String(headers['x-orchestrator-signature']).split(',')).toContain(`sha256=${made}`);
  return String(headers['x-orchestrator-delivery']);
}
