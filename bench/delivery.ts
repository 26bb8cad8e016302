import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { type Figure, figure } from './figures.ts';
import { inHouse, production, prompt, worker } from './house.ts';

const writes = 40;
const pauseMs = 120;

interface Arrival {
  readonly type: string;
  readonly ms: number;
}

/**
 * From the commit of an event to a Socket.IO client on loopback, as a browser has it. The stored moment is that of the
 * insert, a little before the commit, so the figures are a little too high.
 */
export function delivery(): Promise<Figure[]> {
  return inHouse(async (house) => {
    await house.start(production);
    const { api, run } = await worker(house);
    const arrivals: Arrival[] = [];
    const socket = io(house.url, { transports: ['websocket'], auth: { token: await house.token(['sessions:read']) } });
    try {
      await new Promise<void>((done, failed) => {
        socket.once('connect', done);
        socket.once('connect_error', failed);
      });
      const seen = new Set<string>();
      socket.on('events', (events: { id: string; type: string; at: string }[]) => {
        const now = performance.timeOrigin + performance.now();
        for (const { id, type, at } of events) {
          if (seen.has(id)) continue;
          seen.add(id);
          arrivals.push({ type, ms: now - new Date(at).getTime() });
        }
      });
      const answer: { ok: boolean } = await socket.timeout(5_000).emitWithAck('watch', { team: true });
      if (!answer.ok) throw new Error('Watching the team was refused.');

      // A trickle of writes through the API.
      const repositories = await api.ok<{ items: { id: string }[] }>('GET', '/repositories');
      const repositoryId = repositories.items[0]?.id ?? '';
      for (let write = 0; write < writes; write += 1) {
        const { id } = await api.create({ repositoryId, prompt: prompt('- say: nothing'), start: false });
        await delay(pauseMs);
        await api.command(id, 'cancel');
        await delay(pauseMs);
      }
      const trickle = arrivals.splice(0).map(({ ms }) => ms);

      // And what a real run tells, in bursts.
      await run(Array.from({ length: 12 }, (_, step) => `- bash: echo ${step}`).join('\n'));
      const running = arrivals.splice(0).map(({ ms }) => ms);
      return [
        figure('event stored → client, single API writes', 'ms', trickle, { atMost: 60 }),
        figure('event stored → client, a running session', 'ms', running, { atMost: 60 }),
      ];
    } finally {
      socket.close();
    }
  });
}
