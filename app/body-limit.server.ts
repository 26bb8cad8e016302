import type { MiddlewareFunction } from 'react-router';
import { DomainError } from '../server/domain/errors.ts';
import { thrown } from './errors.server.ts';

export const bodyLimit = 1024 * 1024;

/**
 * Refuses bodies above 1 MiB before any action reads them. A body without a length is refused too: browsers always
 * send one with a form, and without it the limit could not be kept.
 */
export const limitBody: MiddlewareFunction<Response> = ({ request, context }) => {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const length = request.headers.get('content-length');
  const chunked = length === null && request.headers.has('transfer-encoding');
  if (chunked || Number(length ?? 0) > bodyLimit) {
    throw thrown(new DomainError('PAYLOAD_TOO_LARGE', 'A form may carry at most 1 MiB.'), context);
  }
};
