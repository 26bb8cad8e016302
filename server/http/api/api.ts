import { type RequestHandler, Router } from 'express';
import { DomainError } from '../../domain/errors.ts';
import type { Logger } from '../../log.ts';
import type { Authenticate } from '../authenticate.ts';
import { errorHandler, sendJson } from '../errors.ts';
import { agentRoutes } from './agents.ts';
import { approvalRoutes } from './approvals.ts';
import { askRoutes } from './asks.ts';
import { auditRoutes } from './audit.ts';
import { blueprintRoutes } from './blueprints.ts';
import { budgetRoutes } from './budgets.ts';
import { checkpointRoutes } from './checkpoints.ts';
import { conflictRoutes } from './conflicts.ts';
import { contextRoutes } from './contexts.ts';
import { datasetRoutes } from './datasets.ts';
import { diffRoutes } from './diffs.ts';
import { docsPage } from './docs.ts';
import { endpoint, type RequestLimits } from './endpoint.ts';
import { eventRoutes, type Subscribe } from './events.ts';
import { externalAgentRoutes } from './external-agents.ts';
import { createOnce, type IdempotencyKeys } from './idempotency.ts';
import { lockRoutes } from './locks.ts';
import { memberRoutes } from './members.ts';
import { openApi } from './openapi.ts';
import { planRoutes } from './plans.ts';
import { repositoryRoutes } from './repositories.ts';
import { reviewRoutes } from './reviews.ts';
import type { Route } from './route.ts';
import { routingRoutes } from './routing.ts';
import { runtimeRoutes } from './runtimes.ts';
import type { ApiServices } from './services.ts';
import { commandRoutes } from './session-commands.ts';
import { sessionRoutes } from './sessions.ts';
import { taskEditRoutes } from './task-edits.ts';
import { taskRoutes } from './tasks.ts';
import { teamRoutes } from './teams.ts';
import { tokenRoutes } from './tokens.ts';
import { webhookRoutes } from './webhooks.ts';

export interface ApiOptions {
  readonly services: ApiServices;
  readonly authenticate: Authenticate;
  readonly limits: RequestLimits;
  readonly idempotency: IdempotencyKeys;
  /** This life of the process, as its leases name it. */
  readonly runner: string;
  readonly subscribe: Subscribe;
  readonly log: Logger;
  readonly version: string;
  /** Ends open event streams when the server stops. */
  readonly stopping?: AbortSignal | undefined;
  readonly heartbeatMs?: number;
}

/** Every operation, in the order of the documentation. */
export function apiRoutes(options: Pick<ApiOptions, 'subscribe' | 'stopping' | 'heartbeatMs'>): Route[] {
  return [
    ...planRoutes,
    ...sessionRoutes,
    ...commandRoutes,
    ...checkpointRoutes,
    ...taskRoutes,
    ...taskEditRoutes,
    ...diffRoutes,
    ...reviewRoutes,
    ...eventRoutes(options),
    ...repositoryRoutes,
    ...memberRoutes,
    ...teamRoutes,
    ...tokenRoutes,
    ...askRoutes,
    ...approvalRoutes,
    ...conflictRoutes,
    ...routingRoutes,
    // Before the agents: `/agents/enrolment-codes` is no agent's name.
    ...externalAgentRoutes(options),
    ...agentRoutes,
    ...runtimeRoutes,
    ...contextRoutes,
    ...blueprintRoutes,
    ...budgetRoutes,
    ...webhookRoutes,
    ...datasetRoutes,
    ...auditRoutes,
    ...lockRoutes,
  ];
}

/** The REST API, to be mounted at `/api/v1`. Every answer, also of an unknown path, has the forms of api.md. */
export function createApi(options: ApiOptions): Router {
  const routes = apiRoutes(options);
  const router = Router({ caseSensitive: true });
  const deps = { ...options, once: createOnce(options.idempotency, options.runner) };
  for (const [path, group] of grouped(routes)) {
    const mounted = router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const one of group) mounted[one.method](endpoint(one, deps));
    mounted.all(notAllowed(group.map((one) => one.method.toUpperCase())));
  }

  // Made for whoever asks first: a start has no time for it.
  let document: ReturnType<typeof openApi> | null = null;
  router
    .route('/openapi.json')
    .get((_req, res) => {
      document ??= openApi(routes, options.version);
      sendJson(res, 200, document);
    })
    .all(notAllowed(['GET']));
  router
    .route('/docs')
    .get((_req, res) =>
      res
        .status(200)
        .type('html')
        .send(docsPage(routes, String(res.locals.nonce ?? ''))),
    )
    .all(notAllowed(['GET']));

  router.use(() => {
    throw new DomainError('NOT_FOUND', 'There is nothing at this address.');
  });
  router.use(errorHandler(options.log));
  return router;
}

function grouped(routes: readonly Route[]): Map<string, Route[]> {
  const groups = new Map<string, Route[]>();
  for (const route of routes) groups.set(route.path, [...(groups.get(route.path) ?? []), route]);
  return groups;
}

function notAllowed(methods: readonly string[]): RequestHandler {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return (req, res) => {
    res.set('Allow', allow);
    throw new DomainError('METHOD_NOT_ALLOWED', `${req.method} is not possible here; ${allow} is.`);
  };
}
