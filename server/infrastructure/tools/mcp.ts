import { z } from 'zod';
import type { AgentTools } from '../../application/tools-port.ts';
import { type ContextTool, contextTools, toolServerName } from '../../domain/context-tools.ts';
import { type RpcMessage, type RpcReply, rpcError, rpcResult } from './json-rpc.ts';

/** Revisions of the Model Context Protocol whose part used here is the same; the newest is offered to others. */
const versions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

const listed = Object.entries(contextTools).map(([name, { description, input }]) => ({
  name,
  description,
  inputSchema: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
}));

const call = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() });

function isTool(name: string): name is ContextTool {
  return Object.hasOwn(contextTools, name);
}

/**
 * Answers one MCP message of an attempt; null for what wants no answer. Nothing is kept between messages: the attempt is
 * named by each request, and its rights are judged at each call.
 */
export async function answerMcp(tools: AgentTools, attemptId: string, message: RpcMessage): Promise<RpcReply | null> {
  const { id, method, params = {} } = message;
  if (id === undefined || method === undefined) return null;
  switch (method) {
    case 'initialize': {
      const asked = String(params.protocolVersion ?? '');
      return rpcResult(id, {
        protocolVersion: versions.includes(asked) ? asked : versions[0],
        capabilities: { tools: {} },
        serverInfo: { name: toolServerName, version: '1.0.0' },
      });
    }
    case 'ping':
      return rpcResult(id, {});
    case 'tools/list':
      return rpcResult(id, { tools: listed });
    case 'tools/call': {
      const asked = call.safeParse(params);
      if (!asked.success || !isTool(asked.data.name)) return rpcError(id, 'params', 'There is no such tool');
      const { text, refused } = await tools.call(attemptId, asked.data.name, asked.data.arguments ?? {});
      return rpcResult(id, { content: [{ type: 'text', text }], isError: refused });
    }
    default:
      return rpcError(id, 'method', `The method ${method} is not offered`);
  }
}
