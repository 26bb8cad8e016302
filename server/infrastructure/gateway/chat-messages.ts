import { z } from 'zod';

const content = z
  .union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))])
  .nullish()
  .transform((value) => {
    if (typeof value === 'string') return value;
    return (value ?? []).map((part) => part.text ?? '').join('\n');
  });

const messages = z.array(
  z.object({
    role: z.string(),
    content,
    tool_call_id: z.string().optional(),
  }),
);

export type ChatMessage = z.infer<typeof messages>[number];

/** The messages of a chat completions request; an unreadable list counts as empty. */
export function messagesOf(body: Readonly<Record<string, unknown>>): ChatMessage[] {
  const parsed = messages.safeParse(body.messages);
  return parsed.success ? parsed.data : [];
}

const tools = z.array(z.object({ function: z.object({ name: z.string() }) }));

/** Names of the tools a request offers; an unreadable list counts as empty. */
export function offeredTools(body: Readonly<Record<string, unknown>>): Set<string> {
  const parsed = tools.safeParse(body.tools);
  return new Set(parsed.success ? parsed.data.map((tool) => tool.function.name) : []);
}

/** Texts of the user, oldest first: the task's prompt, then what was injected. */
export function userTexts(list: readonly ChatMessage[]): string[] {
  return list.filter((message) => message.role === 'user').map((message) => message.content);
}

// What OpenCode puts in place of a result when a tool did not come to its end.
const notReal = [/^\[?Tool execution (was )?(interrupted|aborted)/i, /\nUser aborted the command\n?(<\/\w+>)?\s*$/];

/** Real results of scripted calls, by step number: interrupted and aborted ones are left out. */
export function scriptedResults(list: readonly ChatMessage[]): Map<number, string> {
  const results = new Map<number, string>();
  for (const message of list) {
    const step = /^step-(\d+)$/.exec(message.tool_call_id ?? '')?.[1];
    if (message.role !== 'tool' || step === undefined) continue;
    if (notReal.some((pattern) => pattern.test(message.content))) continue;
    results.set(Number(step), message.content);
  }
  return results;
}
