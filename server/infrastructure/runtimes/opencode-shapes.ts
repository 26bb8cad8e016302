import { z } from 'zod';

/** The parts of OpenCode 1.18's answers that are used; everything else is let through unread. */

const tokens = z.looseObject({
  input: z.number(),
  output: z.number(),
  reasoning: z.number(),
  cache: z.looseObject({ read: z.number(), write: z.number() }),
});

export const remoteSession = z.looseObject({
  id: z.string(),
  parentID: z.string().optional(),
  directory: z.string().optional(),
  tokens: tokens.optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
export type RemoteSession = z.infer<typeof remoteSession>;

const time = z.looseObject({ start: z.number().optional(), end: z.number().optional() });

export const textPart = z.looseObject({
  id: z.string(),
  messageID: z.string(),
  type: z.enum(['text', 'reasoning']),
  text: z.string(),
  synthetic: z.boolean().optional(),
  time: time.optional(),
});

export const toolPart = z.looseObject({
  id: z.string(),
  messageID: z.string(),
  type: z.literal('tool'),
  callID: z.string(),
  tool: z.string(),
  state: z.looseObject({
    status: z.enum(['pending', 'running', 'completed', 'error']),
    input: z.record(z.string(), z.unknown()).optional(),
    output: z.string().optional(),
    error: z.string().optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    time: time.optional(),
  }),
});
export type ToolPart = z.infer<typeof toolPart>;

const otherPart = z.looseObject({ id: z.string(), messageID: z.string(), type: z.string() });

export const part = z.union([toolPart, textPart, otherPart]);
export type Part = z.infer<typeof part>;

const remoteError = z.looseObject({
  name: z.string(),
  data: z
    .looseObject({
      message: z.string().optional(),
      statusCode: z.number().optional(),
      responseHeaders: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});
export type RemoteError = z.infer<typeof remoteError>;

export const messageInfo = z.looseObject({
  id: z.string(),
  sessionID: z.string(),
  role: z.enum(['user', 'assistant']),
  parentID: z.string().optional(),
  time: z.looseObject({ created: z.number(), completed: z.number().optional() }),
  error: remoteError.optional(),
  finish: z.string().optional(),
});

/** What an assistant's message used, as its provider reported it. */
export const messageUsage = z.looseObject({ providerID: z.string(), modelID: z.string(), cost: z.number(), tokens });

export const message = z.looseObject({ info: messageInfo, parts: z.array(part) });
export type Message = z.infer<typeof message>;

export const sessionStatus = z.union([
  z.looseObject({ type: z.literal('retry'), attempt: z.number(), message: z.string(), next: z.number() }),
  z.looseObject({ type: z.string() }),
]);
export type SessionStatus = z.infer<typeof sessionStatus>;
export const sessionStatuses = z.record(z.string(), sessionStatus);

const askTool = z.looseObject({ messageID: z.string(), callID: z.string() });

export const permissionRequest = z.looseObject({
  id: z.string(),
  sessionID: z.string(),
  permission: z.string(),
  patterns: z.array(z.string()),
  metadata: z.record(z.string(), z.unknown()),
  tool: askTool.optional(),
});
export type PermissionRequest = z.infer<typeof permissionRequest>;

export const questionRequest = z.looseObject({
  id: z.string(),
  sessionID: z.string(),
  questions: z.array(
    z.looseObject({
      question: z.string(),
      options: z.array(z.looseObject({ label: z.string() })),
    }),
  ),
  tool: askTool.optional(),
});
export type QuestionRequest = z.infer<typeof questionRequest>;

/** An event of `/global/event`; `directory` is absent for those of the whole server. */
export const globalEvent = z.looseObject({
  directory: z.string().optional(),
  payload: z.looseObject({ type: z.string(), properties: z.record(z.string(), z.unknown()).optional() }),
});
