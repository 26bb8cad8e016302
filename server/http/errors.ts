import type { ErrorRequestHandler, Request, Response } from 'express';
import { DomainError, errorCodeOf, httpStatusOf, isRetryable } from '../domain/errors.ts';
import type { Logger } from '../log.ts';

/** An answer to a request that went wrong, in the one form every program surface uses (api.md, Errors). */
export interface ErrorAnswer {
  readonly status: number;
  readonly retryAfterSeconds: number | null;
  readonly body: {
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly details?: unknown;
      readonly requestId: string;
      readonly retryable: boolean;
      readonly retryAfterSeconds?: number;
    };
  };
}

/** A body that is not JSON: INVALID, but 400 where other invalid input is 422. */
export function malformed(message: string): DomainError & { readonly httpStatus: 400 } {
  return Object.assign(new DomainError('INVALID', message), { httpStatus: 400 as const });
}

/** The answer for anything thrown. What is not one of ours is INTERNAL and says nothing of the inside. */
export function errorAnswer(thrown: unknown, requestId: string): ErrorAnswer {
  const error = recognised(thrown);
  const code = errorCodeOf(error) ?? 'INTERNAL';
  const known = code === 'INTERNAL' ? null : (error as DomainError & { httpStatus?: number });
  const seconds = known?.retryAfterSeconds;
  return {
    status: known?.httpStatus ?? httpStatusOf(code),
    retryAfterSeconds: seconds ?? null,
    body: {
      error: {
        code,
        message: known?.message ?? 'Something went wrong here; the log has it under this request id.',
        ...(known?.details !== undefined && { details: known.details }),
        requestId,
        retryable: isRetryable(code),
        ...(seconds !== undefined && { retryAfterSeconds: seconds }),
      },
    },
  };
}

// Errors of Express and of its body parser carry a `type` or a 4xx `status`; they become codes of ours.
function recognised(thrown: unknown): unknown {
  if (errorCodeOf(thrown) !== null || !(thrown instanceof Error)) return thrown;
  const type = 'type' in thrown ? thrown.type : null;
  const status = 'status' in thrown ? thrown.status : null;
  if (type === 'entity.too.large') return new DomainError('PAYLOAD_TOO_LARGE', 'The body may have at most 1 MiB.');
  if (type === 'entity.parse.failed') return malformed('The body is not well-formed JSON.');
  if (status === 404) return new DomainError('NOT_FOUND', 'There is nothing at this address.');
  if (status === 405) return new DomainError('METHOD_NOT_ALLOWED', 'This method is not possible here.');
  if (typeof status === 'number' && status >= 400 && status < 500) return malformed(thrown.message);
  return thrown;
}

/** Writes the answer; a response that has begun is cut instead, so that nobody takes half of it for a whole. */
export function sendError(res: Response, answer: ErrorAnswer): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  if (answer.retryAfterSeconds !== null) res.set('Retry-After', String(answer.retryAfterSeconds));
  if (answer.status === 401) res.set('WWW-Authenticate', 'Bearer');
  sendJson(res, answer.status, answer.body);
}

/** JSON without Express's ETag: these answers change with the clock and are never cached. */
export function sendJson(res: Response, status: number, body: unknown): void {
  res.status(status).set('Cache-Control', 'no-store').type('application/json').end(JSON.stringify(body));
}

/** The id of a request, set by `requestIds`. */
export function requestIdOf(res: Response): string {
  return String(res.locals.requestId ?? 'unknown');
}

/** The last handler of every JSON surface. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, req: Request, res: Response, next) => {
    if (req.destroyed && !res.writable) return next();
    const answer = errorAnswer(error, requestIdOf(res));
    if (answer.status >= 500) {
      log.error({ err: error, requestId: requestIdOf(res), method: req.method, path: req.path }, 'request failed');
    }
    sendError(res, answer);
  };
}
