import { type Actor, authorize } from '../domain/actor.ts';
import { type Architecture, architectureFile, type Gauge } from '../domain/architecture.ts';
import type { Deps } from './deps.ts';
import { teamOf } from './tokens.ts';

/** The system as it is built, and what each part of it does at this moment. */
export function createArchitecture(deps: Deps) {
  const { store, instance, locks, runtime, glassBox } = deps;
  return {
    /** The import graph of the running build; null when nothing was built (in development). */
    async graph(actor: Actor): Promise<Architecture | null> {
      authorize(actor, 'metrics.read', { teamId: teamOf(actor) });
      const raw = await glassBox.read();
      return raw === null ? null : architectureFile.parse(raw);
    },

    /** The figures of /metrics by the part they are read in: totals of the installation, ticks and requests of this process. */
    async gauges(actor: Actor): Promise<{ at: Date; gauges: Gauge[] }> {
      authorize(actor, 'metrics.read', { teamId: teamOf(actor) });
      const totals = await store.metrics.totals();
      const { bytes } = await store.instances.database();
      const { loops, sessions, attempts } = instance.vitals();
      const { api, pages, external, clients } = glassBox.traffic();
      const count = (part: string, name: string, value: number): Gauge => ({ part, name, value, unit: 'count' });
      const held = await locks.snapshot().then(
        ({ queues }) => [
          count(
            'server/infrastructure/coordination/',
            'locks held',
            queues.filter(({ holder }) => holder !== null).length,
          ),
          count(
            'server/infrastructure/coordination/',
            'waiting for a lock',
            queues.reduce((sum, { waiters }) => sum + waiters.length, 0),
          ),
        ],
        (): Gauge[] => [{ ...count('server/infrastructure/coordination/', 'locks cannot be read', 1), alarm: true }],
      );
      const failures = loops.reduce((sum, loop) => sum + loop.failures, 0);
      return {
        at: deps.clock(),
        gauges: [
          count('app/routes/', 'pages served', pages),
          count('server/http/api/', 'requests served', api),
          count('server/infrastructure/gateway/', 'calls from elsewhere', external),
          count('server/infrastructure/gateway/', 'model calls', totals.modelCalls),
          count('server/infrastructure/gateway/', 'tokens', totals.tokens),
          count('server/infrastructure/realtime/', 'live clients', clients),
          count('server/infrastructure/store/', 'events written', totals.events),
          { ...count('server/infrastructure/store/', 'events to deliver', totals.outbox) },
          ...held,
          count('server/infrastructure/runtimes/', 'attempts driven', attempts),
          {
            part: 'server/infrastructure/runtimes/',
            name: 'OpenCode memory',
            value: runtime.status().residentBytes ?? 0,
            unit: 'bytes',
          },
          count('server/application/engine/', 'sessions owned', sessions),
          ...loops.map((loop) => count('server/loops.ts', `${loop.name} ticks`, loop.ticks)),
          { ...count('server/loops.ts', 'ticks that failed', failures), alarm: true },
          count('server/application/asks.ts', 'open asks', totals.openAsks),
          { part: 'db/', name: 'database', value: bytes, unit: 'bytes' },
        ],
      };
    },
  };
}
