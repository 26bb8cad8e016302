import { constants } from 'node:zlib';
import compression from 'compression';
import type { RequestHandler } from 'express';

/** Of what a page is made: its document, and its data as React Router asks for it. Downloads and streams go as they are. */
const pages = /^text\/(html|x-script)\b/;

/**
 * Lets documents and their data travel compressed: of a plan of thousands of tasks they are over a megabyte. The fastest
 * steps, because it is done anew for every answer and on the server's own loop.
 */
export function compressPages(): RequestHandler {
  return compression({
    threshold: 4_096,
    level: 1,
    brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } },
    filter: (_request, response) => pages.test(String(response.getHeader('Content-Type') ?? '')),
  });
}
