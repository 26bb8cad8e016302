import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../application/ports.ts';
import type { AgentTools } from '../../application/tools-port.ts';
import { type RpcReply, rpcError, rpcMessage } from './json-rpc.ts';
import { answerMcp } from './mcp.ts';
import type { ToolTokens } from './tool-token.ts';

/** The most a call may weigh: a context is at most 1 MB. */
const maxBytes = 2 * 1024 * 1024;

/** Serves one request under `/tools/`. */
export type ToolsEndpoint = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Where an attempt's tools are, on the gateway's port. */
export function toolsPath(token: string): string {
  return `/tools/${token}/mcp`;
}

/** The MCP server of the attempts: streamable HTTP in its plainest form, one JSON answer to each POST, nothing kept between. */
export function createToolsEndpoint(options: { tools: AgentTools; tokens: ToolTokens; log: Log }): ToolsEndpoint {
  const { tools, tokens, log } = options;
  return async (request, response) => {
    const [, token = ''] = /^\/tools\/([\w.-]{1,200})\/mcp$/.exec(request.url ?? '') ?? [];
    const attemptId = tokens.attemptOf(token);
    if (attemptId === null) return send(response, 403, rpcError(null, 'request', 'The token is not valid'));
    if (request.method !== 'POST') {
      // No stream to the client is offered, and there is no session to end.
      response.writeHead(405, { allow: 'POST' }).end();
      return;
    }
    const body = await bodyOf(request);
    if (body === null) return send(response, 413, rpcError(null, 'request', 'The request is larger than 2 MB'));
    const message = rpcMessage.safeParse(jsonOf(body));
    if (!message.success) return send(response, 400, rpcError(null, 'parse', 'This is no JSON-RPC message'));
    let reply: RpcReply | null;
    try {
      reply = await answerMcp(tools, attemptId, message.data);
    } catch (error) {
      log.error({ attemptId, err: error }, 'A tool call failed');
      reply = rpcError(message.data.id ?? null, 'internal', 'The orchestrator could not do this; try it once more');
    }
    if (reply === null) response.writeHead(202).end();
    else send(response, 200, reply);
  };
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const piece = chunk as Buffer;
    size += piece.length;
    if (size > maxBytes) return null;
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Judged by the schema like any other wrong message.
    return undefined;
  }
}

function send(response: ServerResponse, status: number, reply: RpcReply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
}
