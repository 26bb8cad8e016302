import { timingSafeEqual } from 'node:crypto';
import { type Request, Router } from 'express';
import type { Config } from '../config.ts';
import { can } from '../domain/actor.ts';
import { DomainError } from '../domain/errors.ts';
import type { RequestLimits } from './api/endpoint.ts';
import type { Authenticate } from './authenticate.ts';
import { bearerOf } from './authenticate.ts';

/** The registry as this surface needs it; infrastructure/telemetry.ts makes it. */
export interface MetricsSource {
  readonly contentType: string;
  render(): Promise<string>;
}

/**
 * `/metrics` for Prometheus: open on a loopback address, else for `METRICS_TOKEN` or the scope `metrics:read`. A set
 * token or a trusted proxy closes the loopback too: the sender of a request is then not who connects.
 */
export function createMetrics(
  source: MetricsSource,
  config: Pick<Config, 'host' | 'metricsToken' | 'trustProxy'>,
  authenticate: Authenticate,
  limits: Pick<RequestLimits, 'refuse'>,
): Router {
  const open = isLoopback(config.host) && config.metricsToken === null && config.trustProxy === false;
  const router = Router();
  router.get('/metrics', async (req, res) => {
    if (!open) await admit(req, config.metricsToken, authenticate, limits);
    res
      .status(200)
      .set('Cache-Control', 'no-store')
      .set('Content-Type', source.contentType)
      .end(await source.render());
  });
  return router;
}

async function admit(
  req: Request,
  expected: string | null,
  authenticate: Authenticate,
  limits: Pick<RequestLimits, 'refuse'>,
): Promise<void> {
  const given = bearerOf(req);
  if (expected !== null && given !== null && same(given, expected)) return;
  const actor = await authenticate(req, { cookie: true }).catch(async (error: unknown) => {
    // METRICS_TOKEN is a person's choice of words: guesses at it are counted.
    await limits.refuse(req.ip ?? 'unknown');
    throw error;
  });
  if (!can(actor, 'metrics.read'))
    throw new DomainError('FORBIDDEN', 'Metrics need METRICS_TOKEN or the scope metrics:read.');
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
