import { PassThrough } from 'node:stream';
import { createReadableStreamFromReadable } from '@react-router/node';
import { isbot } from 'isbot';
import { type RenderToPipeableStreamOptions, renderToPipeableStream } from 'react-dom/server';
import type { EntryContext, RouterContextProvider } from 'react-router';
import { ServerRouter } from 'react-router';
import { nonceContext } from './context.ts';
import { NonceContext } from './nonce.ts';

// Everything exported here is reachable from server/index.ts as `build.entry.module`.
export { createLoadContext } from './context.ts';

export const streamTimeout = 10_000;

/** Renders a document: streamed to browsers, complete to crawlers; every inline script carries the request's nonce. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  entry: EntryContext,
  context: RouterContextProvider,
): Promise<Response> | Response {
  headers.set('Content-Type', 'text/html; charset=utf-8');
  if (request.method === 'HEAD') return new Response(null, { status, headers });

  const nonce = context.get(nonceContext);
  const waitForAll = isbot(request.headers.get('user-agent') ?? '') || entry.isSpaMode;
  const readyOn: keyof RenderToPipeableStreamOptions = waitForAll ? 'onAllReady' : 'onShellReady';

  return new Promise((resolve, reject) => {
    let statusCode = status;
    let shellSent = false;
    let timer: NodeJS.Timeout | undefined;
    const page = (
      <NonceContext value={nonce}>
        <ServerRouter context={entry} url={request.url} nonce={nonce} />
      </NonceContext>
    );
    const { pipe, abort } = renderToPipeableStream(page, {
      nonce,
      [readyOn]() {
        shellSent = true;
        const body = new PassThrough({
          final(callback) {
            clearTimeout(timer);
            callback();
          },
        });
        pipe(body);
        resolve(new Response(createReadableStreamFromReadable(body), { status: statusCode, headers }));
      },
      onShellError(error: unknown) {
        clearTimeout(timer);
        reject(error);
      },
      onError(error: unknown) {
        statusCode = 500;
        // A failure before the shell rejects above and is reported there; after it only this line tells.
        if (shellSent) console.error(error);
      },
    });
    timer = setTimeout(abort, streamTimeout + 1_000);
  });
}
