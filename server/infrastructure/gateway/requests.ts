import type { IncomingMessage, ServerResponse } from 'node:http';
import { replyTo } from './failures.ts';

const maxBytes = 32 * 1024 * 1024;

/** A request refused before it reached a provider. The text avoids words that make OpenCode repeat it. */
export class RequestProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'RequestProblem';
    this.status = status;
    this.code = code;
  }
}

/** Reads a JSON object of at most 32 MB. */
export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const piece = chunk as Buffer;
    size += piece.length;
    if (size > maxBytes) throw new RequestProblem(413, 'payload_too_large', 'The request is larger than 32 MB.');
    chunks.push(piece);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // Answered below like every other body that is no object.
  }
  throw new RequestProblem(400, 'invalid', 'The request is not a JSON object.');
}

/** Answers a refused request; 4xx are final for OpenCode, anything unexpected may be tried again. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!(error instanceof RequestProblem)) {
    const message = 'The orchestrator could not look up the attempt';
    const reply = replyTo({ class: 'transient', status: 503, message, retryAt: null }, new Date());
    response.writeHead(reply.status, reply.headers).end(reply.body);
    return;
  }
  const { status, code, message } = error;
  const failure = replyTo(
    { class: status === 401 ? 'auth' : status === 403 ? 'refused' : 'invalid', status, message, retryAt: null },
    new Date(),
  );
  const body = JSON.stringify({ error: { message, type: code, code } });
  response.writeHead(status, failure.headers).end(body);
}
