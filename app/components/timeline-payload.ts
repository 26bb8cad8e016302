import type { EventPayload } from '../../server/domain/events.ts';

/** Reads of a payload that never throw: an event of an older version may lack what a newer one has. */
export function textOf(payload: EventPayload, key: string): string | null {
  const value = payload[key];
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}

export function numberOf(payload: EventPayload, key: string): number | null {
  const value = payload[key];
  return typeof value === 'number' ? value : null;
}

export function recordOf(value: unknown): EventPayload {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as EventPayload) : {};
}

export function listOf(payload: EventPayload, key: string): readonly unknown[] {
  const value = payload[key];
  return Array.isArray(value) ? value : [];
}

/** The hash under which the whole payload lies when it was too long for its event. */
export function blobOf(payload: EventPayload): string | null {
  return textOf(payload, 'blob');
}

export interface ToolCall {
  readonly tool: string;
  /** The one thing of the input a person looks for: the command, the path, the pattern. */
  readonly subject: string | null;
  readonly input: unknown;
  readonly output: string | null;
  readonly exitCode: number | null;
  readonly callId: string | null;
  /** `interrupted`: its attempt ended before it did. */
  readonly status: 'running' | 'completed' | 'error' | 'interrupted';
}

const subjects = ['command', 'filePath', 'path', 'pattern', 'url', 'query', 'description'];

/** What an `attempt.tool_called` event tells. */
export function toolCallOf(payload: EventPayload): ToolCall {
  const input = recordOf(payload.input);
  const said = textOf(payload, 'status');
  const output = textOf(payload, 'output');
  if (textOf(payload, 'tool') === 'invalid') return refusedCallOf(payload, input);
  return {
    tool: textOf(payload, 'tool') ?? 'tool',
    subject: subjects.map((key) => textOf(input, key)).find((value) => value !== null) ?? nestedOf(input),
    input: payload.input ?? null,
    output,
    exitCode: numberOf(payload, 'exitCode'),
    callId: textOf(payload, 'callId'),
    status: said === 'running' || said === 'error' ? said : said === null && output === null ? 'running' : 'completed',
  };
}

/** What OpenCode answers in place of a tool the agent may not use or called wrongly: nothing was done, and it says why. */
function refusedCallOf(payload: EventPayload, input: EventPayload): ToolCall {
  return {
    tool: textOf(input, 'tool') ?? 'tool',
    subject: 'refused by OpenCode',
    input: payload.input ?? null,
    output: textOf(input, 'error') ?? textOf(payload, 'output'),
    exitCode: null,
    callId: textOf(payload, 'callId'),
    status: textOf(payload, 'status') === 'running' ? 'running' : 'error',
  };
}

/** Two tools carry lists: to-dos are counted, of questions the first is read. */
function nestedOf(input: EventPayload): string | null {
  const todos = listOf(input, 'todos').length;
  if (todos > 0) return `${todos} ${todos === 1 ? 'item' : 'items'}`;
  return textOf(recordOf(listOf(input, 'questions')[0]), 'question');
}

export interface CommandFact {
  readonly command: string;
  readonly exitCode: number | null;
  readonly durationMs: number;
}

/** The commands of a `verification.*` event. */
export function commandsOf(payload: EventPayload): CommandFact[] {
  return listOf(payload, 'commands').map((value) => {
    const command = recordOf(value);
    return {
      command: textOf(command, 'command') ?? 'unknown command',
      exitCode: numberOf(command, 'exitCode'),
      durationMs: numberOf(command, 'durationMs') ?? 0,
    };
  });
}
