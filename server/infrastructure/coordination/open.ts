import type { FairLocks, FenceStore } from '../../application/coordination-port.ts';
import type { Logger } from '../../log.ts';
import type { SharedCounters } from '../rate-limit.ts';
import { type Coordinator, createCoordinator } from './coordinator.ts';
import { createInProcessLine } from './in-process-bus.ts';
import { createInProcessLocks } from './in-process-locks.ts';
import { createRedisBus } from './redis-bus.ts';
import { openRedis } from './redis-connection.ts';
import { createRedisLocks } from './redis-locks.ts';

export interface Coordination {
  readonly coordinator: Coordinator;
  /** Null: this instance counts for itself. */
  readonly counters: SharedCounters | null;
  /** Loses the connection, which comes back by itself; null without one. */
  readonly drop: (() => void) | null;
  readonly locks: FairLocks;
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
  readonly fences: FenceStore;
}): Coordination {
  const { url, log, id, installation, fences } = options;
  if (url === null) {
    const coordinator = createCoordinator(createInProcessLine().join(id));
    const locks = createInProcessLocks({ fences });
    return {
      coordinator,
      counters: null,
      drop: null,
      locks,
      async close() {
        await locks.close();
        await coordinator.close();
      },
    };
  }
  const prefix = `oio:${installation}:`;
  const redis = openRedis(url, { log, name: 'coordination', use: 'commands' });
  const coordinator = createCoordinator(createRedisBus({ url, log, id, channel: `${prefix}bus`, commands: redis }));
  const locks = createRedisLocks({ url, log, fences, prefix: `${prefix}{locks}:` });
  return {
    coordinator,
    counters: { redis, prefix },
    drop: () => redis.disconnect(true),
    locks,
    async close() {
      await locks.close();
      await coordinator.close();
      // What was sent last is on its way: the others are to hear of the end.
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}
