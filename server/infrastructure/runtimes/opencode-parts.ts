import { isAbsolute, relative } from 'node:path';
import type { RunEvent } from '../../application/ports.ts';
import { type Part, type ToolPart, textPart, toolPart } from './opencode-shapes.ts';

const maxOutput = 64 * 1024;

/** What a part of an assistant's message tells. The keys hold over restarts: the same fact has the same key. */
export function eventsOf(part: Part, directory: string): RunEvent[] {
  const text = textPart.safeParse(part);
  if (text.success) {
    const { id, time, type, synthetic } = text.data;
    if (time?.end === undefined || synthetic === true || text.data.text === '') return [];
    return [{ type: 'output', key: id, text: text.data.text, kind: type }];
  }
  const tool = toolPart.safeParse(part);
  return tool.success ? toolEvents(tool.data, directory) : [];
}

function toolEvents(part: ToolPart, directory: string): RunEvent[] {
  const { status } = part.state;
  if (status === 'pending') return [];
  const events: RunEvent[] = [toolCall(part, status)];
  if (status !== 'completed') return events;
  const todos = part.tool === 'todowrite' ? todoText(part.state.input?.todos) : '';
  if (todos !== '') events.push({ type: 'output', key: `${part.id}:todo`, text: todos, kind: 'todo' });
  for (const path of changedPaths(part, directory)) {
    events.push({ type: 'file_changed', key: `${part.id}:file:${path}`, path });
  }
  return events;
}

function toolCall(part: ToolPart, status: 'running' | 'completed' | 'error'): RunEvent {
  const { input, output, error, metadata, time } = part.state;
  const exit = metadata?.exit;
  const text = status === 'running' ? null : (output ?? error ?? null);
  return {
    type: 'tool_call',
    key: `${part.id}:${status}`,
    callId: part.callID,
    tool: part.tool,
    status,
    input: input ?? {},
    output: text !== null && text.length > maxOutput ? `${text.slice(0, maxOutput)}\n… cut` : text,
    exitCode: typeof exit === 'number' ? exit : null,
    startedAt: time?.start === undefined ? null : new Date(time.start),
    endedAt: time?.end === undefined ? null : new Date(time.end),
  };
}

function todoText(todos: unknown): string {
  if (!Array.isArray(todos)) return '';
  const lines = todos.flatMap((todo: unknown) => {
    if (typeof todo !== 'object' || todo === null || !('content' in todo)) return [];
    const done = 'status' in todo && todo.status === 'completed';
    return [`- [${done ? 'x' : ' '}] ${String(todo.content)}`];
  });
  return lines.join('\n');
}

const writers = ['write', 'edit', 'multiedit', 'patch', 'apply_patch'];

function changedPaths(part: ToolPart, directory: string): string[] {
  if (!writers.includes(part.tool)) return [];
  const { input, metadata } = part.state;
  const files = Array.isArray(metadata?.files) ? metadata.files : [];
  const named = [input?.filePath, ...files.map((file: unknown) => pathIn(file))];
  const paths = named.filter((path) => typeof path === 'string').map((path) => inRepository(path, directory));
  return [...new Set(paths)];
}

function pathIn(file: unknown): unknown {
  if (typeof file !== 'object' || file === null) return file;
  return 'filePath' in file ? file.filePath : 'file' in file ? file.file : undefined;
}

function inRepository(path: string, directory: string): string {
  return isAbsolute(path) ? relative(directory, path) || path : path.replace(/^\.\//, '');
}
