import { createServer, type Server } from 'node:http';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { constants } from 'node:zlib';
import { createRequestHandler } from '@react-router/express';
import compression from 'compression';
import express from 'express';
import type { RouterContextProvider, ServerBuild } from 'react-router';
import { compressPages } from './compress-pages.ts';
import type { Config } from './config.ts';
import type { Engine } from './engine.ts';
import { createApi } from './http/api/api.ts';
import { createAuthenticate } from './http/authenticate.ts';
import { errorHandler, requestIdOf } from './http/errors.ts';
import { createHealth } from './http/health.ts';
import { createMetrics } from './http/metrics.ts';
import { isOwnOrigin } from './http/origin.ts';
import { limitForms } from './http/page-limits.ts';
import { security } from './http/security.ts';
import { createRequestLimits } from './infrastructure/rate-limit.ts';
import { createRealtime, type Realtime } from './infrastructure/realtime.ts';
import { createTelemetry } from './infrastructure/telemetry.ts';
import type { Logger } from './log.ts';
import { socketGate } from './socket-gate.ts';

/** What the pages' bundle exports for this side: the keys of the typed context are its own. */
interface PagesEntry {
  createLoadContext(values: {
    services: Engine['services'];
    nonce: string;
    requestId: string;
    address: string | null;
    publicUrl: string | null;
    report: (error: unknown) => void;
  }): RouterContextProvider;
}

export interface Web {
  server: Server;
  realtime: Realtime;
  close(): Promise<void>;
}

const root = new URL('..', import.meta.url);
const at = (path: string) => fileURLToPath(new URL(path, root));

/** One HTTP server for pages, API, probes and sockets; it listens when the caller says so. */
export async function createWeb(options: {
  config: Config;
  log: Logger;
  engine: Engine;
  version: string;
}): Promise<Web> {
  const { config, log, engine } = options;
  const { services, store } = engine;
  const app = express();
  const server = createServer(app);
  const stopping = new AbortController();
  const authenticate = createAuthenticate(services.auth);

  const realtime = createRealtime({
    httpServer: server,
    log,
    ...socketGate(services, store),
    allowOrigin: (origin, headers) => isOwnOrigin(origin, headers.host, config.publicUrl),
    health: () => services.system.health(),
    ...(engine.counters === null
      ? {}
      : {
          company: {
            watching: engine.coordinator.watching,
            watchersElsewhere: engine.coordinator.watchersElsewhere,
            heads: store.events.heads,
            heard: () => engine.coordinator.facts().ok,
          },
        }),
  });

  const limits = createRequestLimits(undefined, engine.counters);
  // Programs with tokens of their own, not browsers: nothing of what guards pages is for them.
  app.use((req, res, next) => {
    if (!/^\/(gateway|tools)\//.test(req.url)) return next();
    engine.traffic.count('external');
    engine.fromElsewhere(req, res);
  });
  security(app, config);
  app.use(createHealth({ health: () => services.system.health(), version: options.version }, log));
  app.use(
    createMetrics(
      createTelemetry({
        totals: () => services.metrics.totals(),
        loops: () => engine.loops(),
        clients: realtime.size,
      }),
      config,
      authenticate,
      limits,
    ),
  );
  engine.traffic.clients(realtime.size);
  app.use('/api/v1', (_req, _res, next) => {
    engine.traffic.count('api');
    next();
  });
  app.use(
    '/api/v1',
    createApi({
      services,
      authenticate,
      limits,
      idempotency: store.idempotency,
      runner: engine.owner,
      subscribe: realtime.subscribe,
      log,
      version: options.version,
      stopping: stopping.signal,
    }),
  );
  app.use(limitForms(limits));
  const vite = await addPages();
  app.use(errorHandler(log));

  async function addPages(): Promise<{ close(): Promise<void> } | null> {
    const development = config.env === 'development';
    const dev = development
      ? await (await import('vite')).createServer({ root: at('.'), server: { middlewareMode: true, hmr: { server } } })
      : null;
    let build: ServerBuild | (() => Promise<ServerBuild>);
    if (dev) {
      app.use(dev.middlewares);
      build = async () => (await dev.ssrLoadModule('virtual:react-router/server-build')) as ServerBuild;
    } else {
      // An asset of another build is gone, not a page: falling through would answer it with the sign-in page.
      app.use(
        '/assets',
        // Two steps above the default: a twentieth less to load for no more work on files of this size.
        compression({ brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } } }),
        express.static(at('build/client/assets'), { immutable: true, maxAge: '1y', fallthrough: false }),
      );
      app.use(express.static(at('build/client'), { maxAge: '1h' }));
      build = (await import(pathToFileURL(at('build/server/index.js')).href)) as ServerBuild;
    }
    app.use(compressPages());
    app.all(
      '/{*path}',
      createRequestHandler({
        build,
        mode: config.env,
        async getLoadContext(req, res) {
          engine.traffic.count('pages');
          const loaded = typeof build === 'function' ? await build() : build;
          const entry = loaded.entry.module as unknown as PagesEntry;
          const requestId = requestIdOf(res);
          return entry.createLoadContext({
            services,
            nonce: res.locals.nonce,
            requestId,
            address: req.ip ?? null,
            publicUrl: config.publicUrl,
            report: (error) => log.error({ err: error, requestId, path: req.path }, 'A page failed'),
          });
        },
      }),
    );
    return dev;
  }

  return {
    server,
    realtime,
    async close() {
      stopping.abort();
      await realtime.close();
      server.closeIdleConnections();
      await vite?.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        // A browser may hold a keep-alive connection for ever.
        setTimeout(() => server.closeAllConnections(), 500).unref();
      });
    },
  };
}
