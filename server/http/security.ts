import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Express, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Config } from '../config.ts';
import { sameSiteOnly } from './origin.ts';
import { requestIds } from './request-id.ts';

/**
 * What every response and every mutation passes first: trust in proxies, a request id, the CSP nonce in
 * `res.locals.nonce`, the security headers, and the refusal of what another site sent.
 */
export function security(app: Express, config: Pick<Config, 'env' | 'publicUrl' | 'trustProxy' | 'oidc'>): void {
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy === false ? false : config.trustProxy);
  app.use(requestIds, nonces, headers(config), sameSiteOnly(config.publicUrl));
}

const nonces: RequestHandler = (_req, res, next) => {
  res.locals.nonce = randomBytes(16).toString('base64');
  next();
};

function headers(config: Pick<Config, 'env' | 'publicUrl' | 'oidc'>): RequestHandler {
  const development = config.env === 'development';
  const overTls = config.publicUrl?.startsWith('https:') ?? false;
  const nonce = (_req: unknown, res: ServerResponse) => `'nonce-${(res as Response).locals.nonce}'`;
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        connectSrc: development ? ["'self'", 'ws:', 'wss:'] : ["'self'"],
        fontSrc: ["'self'"],
        // Logging out is a form, and leads on to the identity provider where one is configured.
        formAction: ["'self'", ...(config.oidc === null ? [] : [new URL(config.oidc.issuer).origin])],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        scriptSrc: ["'self'", "'strict-dynamic'", nonce],
        scriptSrcAttr: ["'none'"],
        // Vite injects style elements without a nonce; a nonce beside 'unsafe-inline' would switch the latter off.
        styleSrc: development ? ["'self'", "'unsafe-inline'"] : ["'self'", nonce],
        styleSrcAttr: ["'unsafe-inline'"],
        ...(overTls && { upgradeInsecureRequests: [] }),
      },
    },
    // 'no-referrer' would make browsers send `Origin: null` with plain forms, which the origin check must refuse.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: overTls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    frameguard: { action: 'deny' },
  });
}
