import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnRedis, startOwnRedis } from '../../../scripts/redis.ts';
import { openRedis, reachRedis } from './redis-connection.ts';

const lines: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line).msg) });
let server: OwnRedis;

beforeAll(async () => {
  server = await startOwnRedis();
});
afterAll(async () => {
  await server.stop();
});

test('a lost server fails commands at once, is logged once, and its return brings commands and subscriptions back', async () => {
  const commands = openRedis(server.url, { log, name: 'commands', use: 'commands' });
  const subscriptions = openRedis(server.url, { log, name: 'subscriptions', use: 'subscriptions' });
  const heard: string[] = [];
  subscriptions.on('message', (_channel: string, message: string) => heard.push(message));
  await Promise.all([reachRedis(commands), subscriptions.subscribe('news')]);
  expect(await commands.publish('news', 'one')).toBe(1);

  await server.kill();
  const began = Date.now();
  await expect(commands.set('key', 'value')).rejects.toThrow();
  await expect(commands.set('key', 'value')).rejects.toThrow();
  expect(Date.now() - began).toBeLessThan(5_000);

  await server.start();
  await reachRedis(commands, 10_000);
  await expect.poll(() => commands.publish('news', 'two'), { timeout: 10_000 }).toBe(1);
  await expect.poll(() => heard).toEqual(['one', 'two']);
  expect(lines.filter((line) => line.startsWith('Redis is away'))).toHaveLength(2);
  await expect.poll(() => lines.filter((line) => line === 'Redis is back')).toHaveLength(2);
  commands.disconnect();
  subscriptions.disconnect();
});

test('a paused server is told from a quick one, and one that is not there in a sentence', async () => {
  const commands = openRedis(server.url, { log, name: 'commands', use: 'commands', answerWithinMs: 100 });
  await reachRedis(commands);
  process.kill(server.pid(), 'SIGSTOP');
  await expect(commands.ping()).rejects.toThrow('timed out');
  process.kill(server.pid(), 'SIGCONT');
  commands.disconnect();

  const nobody = openRedis('redis://127.0.0.1:1', { log, name: 'commands', use: 'commands' });
  await expect(reachRedis(nobody, 200)).rejects.toThrow(
    /^REDIS_URL: no Redis answers at 127.0.0.1:1 \(.*ECONNREFUSED.*\); start it, or unset REDIS_URL\.$/,
  );
  nobody.disconnect();
});
