import type { RequestHandler } from 'express';
import type { RequestLimits } from './api/endpoint.ts';
import { errorAnswer, requestIdOf, sendError } from './errors.ts';

/** Counts what the pages' forms send against the sender's address; the API counts its own actors. */
export function limitForms(limits: Pick<RequestLimits, 'spend'>): RequestHandler {
  return (req, res, next) => {
    if (req.method === 'GET' || req.method === 'HEAD') return next();
    limits.spend('write', `address:${req.ip ?? 'unknown'}`).then(
      () => next(),
      (error: unknown) => sendError(res, errorAnswer(error, requestIdOf(res))),
    );
  };
}
