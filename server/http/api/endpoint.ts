import type { Request, RequestHandler, Response } from 'express';
import { type Actor, authorize } from '../../domain/actor.ts';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { Authenticate } from '../authenticate.ts';
import { requestIdOf, sendJson } from '../errors.ts';
import { readBody } from './body.ts';
import { type Once, readIdempotencyKey } from './idempotency.ts';
import { readIfMatch } from './if-match.ts';
import { readQuery } from './query.ts';
import type { Answer, Route } from './route.ts';
import type { ApiServices } from './services.ts';

/** Counts a request against its sender; throws RATE_LIMITED. */
export interface RequestLimits {
  /** One request of an actor. */
  spend(kind: 'read' | 'write', actorId: string): Promise<void>;
  /** One request nobody could be made out for. */
  refuse(address: string): Promise<void>;
}

export interface EndpointDeps {
  readonly services: ApiServices;
  readonly authenticate: Authenticate;
  readonly limits: RequestLimits;
  readonly once: Once;
}

/**
 * A route as Express serves it. The order is the contract's: who is it (401), may it at all (429, 403), can the path
 * name anything (404), is the input sound (400, 413, 422), was it sent before, and only then the service, which asks
 * for permission again with the real subject in hand.
 */
export function endpoint(route: Route, deps: EndpointDeps): RequestHandler {
  const mutation = route.method !== 'get';
  return async (req, res) => {
    const actor = await admitted(route, req, deps);
    const params = readParams(route, req);
    const query = readQuery(route.query ?? {}, searchOf(req));
    const body = mutation ? await readBody(req, res) : {};
    if (mutation && route.body === undefined && Object.keys(body).length > 0) refuseBody(body);
    const version = route.versioned ? readIfMatch(req.get('if-match')) : undefined;
    // A stranger has no keys: what would be kept under one is nobody's.
    const key = mutation && !route.open ? readIdempotencyKey(req.get('idempotency-key')) : undefined;
    const gone = new AbortController();
    res.on('close', () => gone.abort());

    const work = () =>
      route.handle({
        services: deps.services,
        actor,
        params,
        query,
        body,
        version,
        requestId: requestIdOf(res),
        origin: `${req.protocol}://${req.host}`,
        accepts: acceptOf(route, req),
        reauthenticate: () => deps.authenticate(req, { cookie: !mutation }),
        lastEventId: req.get('last-event-id'),
        gone: gone.signal,
      });
    if (key === undefined) return send(req, res, await work());

    const { answer, replayed } = await deps.once(
      {
        teamId: teamOf(actor),
        actorId: idOf(actor),
        key,
        method: req.method,
        path: req.originalUrl,
        body,
        version,
        seal: route.secret ? (req.get('authorization') ?? null) : null,
      },
      work,
    );
    if (replayed) res.set('Idempotency-Replayed', 'true');
    return send(req, res, answer);
  };
}

/** Who sends it, counted against the limits and admitted to the route. */
async function admitted(route: Route, req: Request, deps: EndpointDeps): Promise<Actor> {
  if (route.open) {
    await deps.limits.refuse(req.ip ?? 'unknown');
    return stranger;
  }
  const mutation = route.method !== 'get';
  const actor = await identify(req, deps, !mutation);
  await deps.limits.spend(mutation ? 'write' : 'read', idOf(actor));
  admit(route, actor);
  return actor;
}

/** Nobody yet; of no team. */
const stranger: Actor = { kind: 'system', teamId: null, name: 'stranger' };

async function identify(req: Request, deps: EndpointDeps, cookie: boolean): Promise<Actor> {
  try {
    return await deps.authenticate(req, { cookie });
  } catch (error) {
    await deps.limits.refuse(req.ip ?? 'unknown');
    throw error;
  }
}

function admit(route: Route, actor: Actor): void {
  const { name, resource } = route.permission;
  authorize(actor, name, { teamId: teamOf(actor), createdBy: personOf(actor), ...(resource && { resource }) });
}

function readParams(route: Route, req: Request): unknown {
  if (route.params === undefined) return {};
  const parsed = route.params.safeParse(req.params);
  if (!parsed.success) throw new DomainError('NOT_FOUND', 'There is nothing at this address.');
  return parsed.data;
}

function refuseBody(body: object): never {
  throw invalid(Object.keys(body).map((path) => ({ path, message: 'Unknown field' })));
}

function searchOf(req: Request): URLSearchParams {
  const at = req.originalUrl.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : req.originalUrl.slice(at + 1));
}

function acceptOf(route: Route, req: Request): string {
  const offered = ['application/json', ...Object.values(route.responses).flatMap((response) => response.also ?? [])];
  return req.accepts(offered) || 'application/json';
}

async function send(req: Request, res: Response, answer: Answer): Promise<void> {
  if ('stream' in answer) {
    if (req.method !== 'HEAD') return answer.stream(res);
    res
      .status(200)
      .set('Cache-Control', 'no-store')
      .type(answer.type ?? 'text/event-stream')
      .end();
  } else if ('json' in answer) sendJson(res, answer.status, answer.json);
  else if ('text' in answer)
    res.status(answer.status).set('Cache-Control', 'no-store').type(answer.type).end(answer.text);
  else res.status(answer.status).end();
}

function teamOf(actor: Actor): string {
  if (actor.teamId === null) throw new DomainError('FORBIDDEN', 'The system acts in no team of its own.');
  return actor.teamId;
}

function idOf(actor: Actor): string {
  return actor.kind === 'system' ? 'system' : actor.id;
}

function personOf(actor: Actor): string | null {
  return actor.kind === 'user' ? actor.id : actor.kind === 'token' ? actor.userId : null;
}
