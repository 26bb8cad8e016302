import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

/** Gives every request an id, its sender's where that is sane; it is on the response and in `res.locals.requestId`. */
export const requestIds: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id');
  const id = given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
  res.locals.requestId = id;
  res.set('X-Request-Id', id);
  next();
};
