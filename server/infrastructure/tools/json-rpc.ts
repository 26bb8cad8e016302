import { z } from 'zod';

/** One JSON-RPC 2.0 message as MCP sends it: a request has an id, a notification none. */
export const rpcMessage = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
});
export type RpcMessage = z.infer<typeof rpcMessage>;

export type RpcReply =
  | { jsonrpc: '2.0'; id: string | number; result: object }
  | { jsonrpc: '2.0'; id: string | number | null; error: { code: number; message: string } };

/** The codes of JSON-RPC that are used here. */
const rpcErrors = {
  parse: -32_700,
  request: -32_600,
  method: -32_601,
  params: -32_602,
  internal: -32_603,
} as const;

export function rpcResult(id: string | number, result: object): RpcReply {
  return { jsonrpc: '2.0', id, result };
}

export function rpcError(id: string | number | null, kind: keyof typeof rpcErrors, message: string): RpcReply {
  return { jsonrpc: '2.0', id, error: { code: rpcErrors[kind], message } };
}
