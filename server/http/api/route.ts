import type { Response } from 'express';
import type { z } from 'zod';
import type { Actor, Permission, Resource } from '../../domain/actor.ts';
import type { QueryFields, QueryOf } from './query.ts';
import type { ApiServices } from './services.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One request, after who sent it and what it says in path, query and headers have been judged. */
export interface Call<P, Q> {
  readonly services: ApiServices;
  readonly actor: Actor;
  readonly params: P;
  readonly query: Q;
  /** A JSON object (`{}` without a body). The service judges its fields, after asking for permission. */
  readonly body: object;
  /** From If-Match. */
  readonly version: number | undefined;
  readonly requestId: string;
  /** Where the sender reached this server, for links in the answer. */
  readonly origin: string;
  /** The media type the sender prefers among those the route offers. */
  readonly accepts: string;
  /** Asks again who the sender is, for answers that take long: a revoked token must not go on reading. */
  readonly reauthenticate: () => Promise<Actor>;
  /** From Last-Event-ID. */
  readonly lastEventId: string | undefined;
  /** Aborts when the sender goes away before it was answered. */
  readonly gone: AbortSignal;
}

export type Answer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: 204 }
  | { readonly status: number; readonly text: string; readonly type: string }
  /** Takes the response over until it ends; Server-Sent Events unless another type is said. */
  | { readonly stream: (res: Response) => Promise<void>; readonly type?: string };

export interface ResponseDoc {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Further media types of the same answer. */
  readonly also?: readonly string[];
}

/**
 * One operation of the API: what Express serves and what the OpenAPI document says are both made from this record.
 * `permission` is asked first with the actor's own things in mind, so that a refusal comes before any other answer;
 * the service asks again with the real subject.
 */
export interface Route<P = unknown, Q = unknown> {
  readonly method: Method;
  /** Under `/api/v1`, parameters in braces. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  readonly permission: { readonly name: Permission; readonly resource?: Resource };
  /** Whoever holds what the body must carry (an enrolment code) may: no token is asked for. */
  readonly open?: boolean;
  readonly params?: z.ZodType<P>;
  readonly query?: QueryFields;
  readonly body?: z.ZodType;
  /** Obeys If-Match. */
  readonly versioned?: boolean;
  /** The answer holds a secret, which a stored idempotent answer must not hold in the clear. */
  readonly secret?: boolean;
  readonly responses: Readonly<Record<number, ResponseDoc>>;
  handle(call: Call<P, Q>): Promise<Answer>;
}

/** Declares a route with the types of its parameters and query inferred for its handler. */
export function route<P = unknown, const F extends QueryFields = Record<never, never>>(
  declared: Omit<Route<P, QueryOf<F>>, 'query'> & { readonly query?: F },
): Route {
  return declared as Route;
}
