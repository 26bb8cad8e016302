import type { OpenCodeClient } from './opencode-client.ts';
import { type Message, type ToolPart, toolPart } from './opencode-shapes.ts';

/**
 * Tells the agent of commands that were cut: what OpenCode aborted on its own way out it keeps as an error, but shows the
 * model what they had said until then as if it were their answer, and work would go on upon half of it. Call before a run
 * is resumed; once said it is said.
 */
export async function tellAborted(client: OpenCodeClient, messages: readonly Message[]): Promise<void> {
  for (const { info, parts } of messages)
    for (const part of parts) {
      const told = toldAborted(part);
      if (told !== null)
        await client.send('PATCH', `/session/${info.sessionID}/message/${info.id}/part/${told.id}`, told);
    }
}

/** The part as the model is to see it; null when it sees the truth already. */
export function toldAborted(part: Message['parts'][number]): ToolPart | null {
  const parsed = toolPart.safeParse(part);
  if (!parsed.success) return null;
  const { state } = parsed.data;
  const { interrupted, output, ...metadata } = state.metadata ?? {};
  if (state.status !== 'error' || interrupted !== true || typeof output !== 'string') return null;
  const said = output.trim() === '' ? '' : `\n\nIt had said until then:\n${output}`;
  return { ...parsed.data, state: { ...state, error: `${state.error ?? 'Tool execution aborted'}${said}`, metadata } };
}
