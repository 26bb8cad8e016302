import type { Logger } from '../../log.ts';
import type { SharedCounters } from '../rate-limit.ts';
import { type Coordinator, createCoordinator } from './coordinator.ts';
import { createInProcessLine } from './in-process-bus.ts';
import { createRedisBus } from './redis-bus.ts';
import { openRedis } from './redis-connection.ts';

export interface Coordination {
  readonly coordinator: Coordinator;
  /** Null: this instance counts for itself. */
  readonly counters: SharedCounters | null;
  /** Loses the connection, which comes back by itself; null without one. */
  readonly drop: (() => void) | null;
  close(): Promise<void>;
}

/** How this instance speaks with others: over the Redis at `url`, or to nobody. An absent Redis only makes it late. */
export function openCoordination(options: {
  readonly url: string | null;
  readonly log: Logger;
  /** The instance's id. */
  readonly id: string;
  /** What tells this installation from others on the same Redis. */
  readonly installation: string;
}): Coordination {
  const { url, log, id, installation } = options;
  if (url === null) {
    const coordinator = createCoordinator(createInProcessLine().join(id));
    return { coordinator, counters: null, drop: null, close: () => coordinator.close() };
  }
  const prefix = `oio:${installation}:`;
  const redis = openRedis(url, { log, name: 'coordination', use: 'commands' });
  const coordinator = createCoordinator(createRedisBus({ url, log, id, channel: `${prefix}bus`, commands: redis }));
  return {
    coordinator,
    counters: { redis, prefix },
    drop: () => redis.disconnect(true),
    async close() {
      await coordinator.close();
      // What was sent last is on its way: the others are to hear of the end.
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}
