import type { RunEvent } from '../../application/ports.ts';
import { permissionAsk, questionAsk } from './opencode-asks.ts';
import { messageInfo, part, permissionRequest, questionRequest } from './opencode-shapes.ts';
import type { EventStream } from './opencode-stream.ts';
import type { RunReporter } from './run-reporter.ts';

/**
 * Tells what the stream shows of a session tree at once, and nudges the run to look at REST when it may have ended.
 * Missed events do no harm: the next look tells them under the same keys.
 */
export function listenTo(
  stream: EventStream,
  tree: Set<string>,
  reporter: RunReporter,
  emit: (event: RunEvent) => void,
  nudge: () => void,
): () => void {
  const assistants = new Set<string>();

  const hear = (name: string, properties: Record<string, unknown>) => {
    switch (name) {
      case 'message.updated': {
        const info = messageInfo.safeParse(properties.info);
        if (info.success && info.data.role === 'assistant') assistants.add(info.data.id);
        return;
      }
      case 'message.part.updated': {
        const one = part.safeParse(properties.part);
        if (one.success && assistants.has(one.data.messageID)) reporter.part(one.data);
        if (one.success && one.data.type === 'step-finish') nudge();
        return;
      }
      case 'message.part.delta': {
        const { messageID, partID, delta, field } = properties;
        if (field !== 'text' || typeof delta !== 'string' || typeof partID !== 'string') return;
        if (typeof messageID === 'string' && assistants.has(messageID))
          emit({ type: 'output_delta', partId: partID, text: delta });
        return;
      }
      case 'permission.asked': {
        const request = permissionRequest.safeParse(properties);
        if (request.success) reporter.ask(permissionAsk(request.data));
        return;
      }
      case 'question.asked': {
        const request = questionRequest.safeParse(properties);
        if (request.success) reporter.ask(questionAsk(request.data));
        return;
      }
      case 'permission.replied':
      case 'question.replied':
      case 'question.rejected':
        if (typeof properties.requestID === 'string') reporter.askClosed(properties.requestID);
        return;
      case 'session.idle':
      case 'session.error':
      case 'session.status':
        nudge();
        return;
      default:
        return;
    }
  };

  return stream.subscribe((event) => {
    if (event.type === 'connected') {
      nudge();
      return;
    }
    const { name, sessionId, properties } = event;
    if (name === 'session.created' && sessionId !== null && tree.has(parentOf(properties) ?? '')) tree.add(sessionId);
    if (sessionId !== null && tree.has(sessionId)) hear(name, properties);
  });
}

function parentOf(properties: Record<string, unknown>): string | null {
  const { info } = properties;
  if (typeof info !== 'object' || info === null || !('parentID' in info)) return null;
  return typeof info.parentID === 'string' ? info.parentID : null;
}
