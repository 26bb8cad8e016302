import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Writes one streamed answer of the chat completions dialect. */
export interface AnswerStream {
  text(piece: string): Promise<void>;
  toolCall(id: string, name: string, input: object): Promise<void>;
  /** Finish reason and usage; the caller ends the response. */
  finish(reason: string, usage: { input: number; output: number }): Promise<void>;
  raw(line: string): Promise<void>;
}

/** Opens the stream: headers and the chunk that names the role. */
export async function openAnswer(response: ServerResponse, model: string): Promise<AnswerStream> {
  const id = 'chatcmpl-rehearsal';
  const created = Math.floor(Date.now() / 1000);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const raw = (line: string) => writeOut(response, line);
  const chunk = (delta: object, finish: string | null, more: object = {}) =>
    raw(
      `data: ${JSON.stringify({
        id,
        object: 'chat.completion.chunk',
        created,
        model,
        choices: [{ index: 0, delta, finish_reason: finish }],
        ...more,
      })}\n\n`,
    );
  await chunk({ role: 'assistant', content: '' }, null);
  return {
    raw,
    text: (content) => chunk({ content }, null),
    toolCall: (callId, name, input) =>
      chunk(
        {
          tool_calls: [
            { index: 0, id: callId, type: 'function', function: { name, arguments: JSON.stringify(input) } },
          ],
        },
        null,
      ),
    async finish(reason, usage) {
      await chunk({}, reason);
      const counts = {
        prompt_tokens: usage.input,
        completion_tokens: usage.output,
        total_tokens: usage.input + usage.output,
      };
      await raw(
        `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model, choices: [], usage: counts })}\n\n`,
      );
      await raw('data: [DONE]\n\n');
    },
  };
}

/** Writes with back-pressure; a reader that has gone is noticed by the caller's signal, not here. */
export async function writeOut(response: ServerResponse, data: string | Uint8Array): Promise<void> {
  if (response.destroyed || response.write(data)) return;
  await Promise.race([once(response, 'drain'), once(response, 'close')]);
}
