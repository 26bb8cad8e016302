import { Router } from 'express';
import type { Logger } from '../log.ts';
import { sendJson } from './errors.ts';

export interface Health {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, { ok: boolean; detail: string; degraded?: boolean | undefined }>>;
}

export interface HealthSource {
  health(): Promise<Health> | Health;
  readonly version: string;
}

/** `/health`, `/health/live`, `/health/ready` for probes and load balancers (api.md). Nothing here needs a login. */
export function createHealth(system: HealthSource, log: Logger): Router {
  const router = Router();

  async function read(): Promise<Health> {
    try {
      return await system.health();
    } catch (error) {
      // A probe that cannot look is not ready; it must still answer.
      log.error({ err: error }, 'health check failed');
      return { ready: false, parts: { health: { ok: false, detail: 'the check itself failed' } } };
    }
  }

  router.get('/health/live', (_req, res) => sendJson(res, 200, { live: true }));

  router.get('/health/ready', async (_req, res) => {
    const { ready, parts } = await read();
    sendJson(res, ready ? 200 : 503, { ready, parts });
  });

  router.get('/health', async (_req, res) => {
    const { ready, parts } = await read();
    const degraded = Object.values(parts).some((part) => !part.ok || part.degraded);
    const status = ready ? (degraded ? 'degraded' : 'ok') : 'unavailable';
    sendJson(res, ready ? 200 : 503, {
      status,
      version: system.version,
      uptimeSeconds: Math.floor(process.uptime()),
      ready,
      parts,
    });
  });

  return router;
}
