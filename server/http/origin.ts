import type { Request, RequestHandler } from 'express';
import { DomainError } from '../domain/errors.ts';
import { errorAnswer, requestIdOf, sendError } from './errors.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a browser's Origin is this site: the host it was asked at, or the configured public address. */
export function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | null): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  if (publicUrl !== null && from.origin === new URL(publicUrl).origin) return true;
  // Hosts only: behind a proxy that ends TLS the scheme seen here is not the browser's.
  return host !== undefined && from.host === host.toLowerCase();
}

/**
 * Refuses a mutation that another site sent through somebody's browser. A bearer token is never sent by a browser on
 * its own, so requests to the API with one pass; so do programs, which send neither Origin nor Sec-Fetch-Site.
 */
export function sameSiteOnly(publicUrl: string | null): RequestHandler {
  return (req, res, next) => {
    if (safeMethods.has(req.method) || isProgram(req)) return next();
    const reason = foreign(req, publicUrl);
    if (reason === null) return next();
    sendError(res, errorAnswer(new DomainError('FORBIDDEN', reason), requestIdOf(res)));
  };
}

/** With a bearer at the API, which then looks at nothing else. At a page it would stand beside the login's cookie. */
function isProgram(req: Request): boolean {
  return req.get('authorization') !== undefined && /^\/api\//.test(req.path);
}

function foreign(req: Request, publicUrl: string | null): string | null {
  const site = req.get('sec-fetch-site');
  if (site === 'cross-site' || site === 'same-site') return 'This request was started by another site.';
  const origin = req.get('origin');
  if (origin === undefined) return null;
  return isOwnOrigin(origin, req.host, publicUrl) ? null : 'The Origin of this request is not this site.';
}
