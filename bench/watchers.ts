import { setTimeout as delay } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { type Figure, figure, percentile } from './figures.ts';
import { inHouse, production, prompt } from './house.ts';

const watchers = 300;
const writes = 60;
const pauseMs = 150;

/**
 * From the insert of a session's event to each of 300 Socket.IO clients that watch the session, on loopback. The clients
 * share one process and one core of two with the server, so what they take to read is in the figure.
 */
export function watching(): Promise<Figure[]> {
  return inHouse(async (house) => {
    await house.start(production);
    const api = await house.api();
    const { id: repositoryId } = await api.register(await house.repository(), { verify: ['node check.js'] });
    const session = await api.create({ repositoryId, prompt: prompt('- say: nothing'), start: false });
    const token = await house.token(['sessions:read']);
    const sockets: Socket[] = [];
    const arrivals: number[] = [];
    try {
      for (let n = 0; n < watchers; n += 1) sockets.push(await watch(house.url, token, session.id, arrivals));
      for (let write = 0; write < writes; write += 1) {
        await api.ok('PATCH', `/sessions/${session.id}`, { body: { title: `Watched by many, ${write}` } });
        await delay(pauseMs);
      }
      const expected = watchers * writes;
      for (let wait = 0; arrivals.length < expected && wait < 100; wait += 1) await delay(100);
      const sorted = arrivals.toSorted((a, b) => a - b);
      return [
        figure(`${watchers} watchers of one session: event stored → client, p50`, 'ms', [percentile(sorted, 0.5)], {
          atMost: 60,
        }),
        figure('… p99', 'ms', [percentile(sorted, 0.99)], { atMost: 150 }),
        figure('… told, of all that were to be told', '%', [(100 * arrivals.length) / expected], { atLeast: 100 }),
      ];
    } finally {
      for (const socket of sockets) socket.close();
    }
  });
}

/** One client that watches the session, each event counted once. */
async function watch(url: string, token: string, sessionId: string, arrivals: number[]): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], auth: { token }, forceNew: true });
  await new Promise<void>((done, failed) => {
    socket.once('connect', done);
    socket.once('connect_error', failed);
  });
  const seen = new Set<string>();
  socket.on('events', (events: { id: string; type: string; at: string }[]) => {
    const now = performance.timeOrigin + performance.now();
    for (const { id, type, at } of events) {
      if (type !== 'session.updated' || seen.has(id)) continue;
      seen.add(id);
      arrivals.push(now - new Date(at).getTime());
    }
  });
  const answer: { ok: boolean } = await socket.timeout(10_000).emitWithAck('watch', { sessions: [sessionId] });
  if (!answer.ok) throw new Error('Watching the session was refused.');
  return socket;
}
