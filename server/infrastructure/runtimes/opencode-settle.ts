import type { RunEnd } from '../../application/ports.ts';
import { decodeFailure, failureHeader } from '../gateway/failures.ts';
import {
  type Message,
  type RemoteError,
  type SessionStatus,
  type ToolPart,
  textPart,
  toolPart,
} from './opencode-shapes.ts';

/** How a remote run stands, read from REST alone. */
export type Standing =
  /** Our prompt is not there. */
  | { kind: 'absent' }
  | { kind: 'running'; retry: { message: string; at: Date } | null }
  /** It stopped between two tools; posting the last prompt again resumes it. */
  | { kind: 'interrupted' }
  /**
   * It ended. `resume`: `never`; `fresh` when a new look at it (after a restart) may go on by posting again; `always`
   * when the failure is none of the provider's.
   */
  | { kind: 'ended'; end: RunEnd; resume: 'never' | 'fresh' | 'always' };

/** Everything one look at a remote session saw. The status must have been read before the messages. */
export interface Sight {
  status: SessionStatus | undefined;
  messages: readonly Message[];
  promptId: string;
  /** Calls known to have been waiting for an answer, so that their tool had not begun. */
  waitingCalls: ReadonlySet<string>;
}

/** Judges a remote session (facts 8.4). `session.idle` is no success; only a completed message that stopped is. */
export function standingOf(sight: Sight): Standing {
  const { messages } = sight;
  if (!messages.some(({ info }) => info.id === sight.promptId)) return { kind: 'absent' };
  if (sight.status !== undefined && sight.status.type !== 'idle')
    return { kind: 'running', retry: retryOf(sight.status) };

  const asked = messages.findLast(({ info }) => info.role === 'user');
  const last = messages.findLast(({ info }) => info.role === 'assistant');
  if (asked === undefined || last === undefined || last.info.parentID !== asked.info.id) return { kind: 'interrupted' };
  if (last.info.error !== undefined) return errorEnd(last.info.error);
  if (last.info.time.completed === undefined) return cutStanding(last, sight.waitingCalls);
  return finishStanding(last, messages, asked.info.id);
}

function retryOf(status: SessionStatus): { message: string; at: Date } | null {
  if (status.type !== 'retry' || typeof status.next !== 'number') return null;
  return { message: String(status.message), at: new Date(status.next) };
}

// Tools that change nothing: cut in the middle, they can simply run again.
const harmless = ['read', 'glob', 'grep', 'list', 'todowrite', 'todoread', 'question', 'webfetch', 'websearch'];

function cutStanding(last: Message, waitingCalls: ReadonlySet<string>): Standing {
  const running = toolParts(last).filter((part) => part.state.status === 'running');
  const working = running.filter(
    (part) => !harmless.includes(part.tool) && !waitingCalls.has(part.callID) && hasBegun(part),
  );
  if (working.length === 0) return { kind: 'interrupted' };
  const tools = working.map((part) => part.tool).join(', ');
  const end: RunEnd = { type: 'lost', message: `OpenCode ended while a tool was running (${tools})` };
  return { kind: 'ended', end, resume: 'never' };
}

// A command that still waits for its permission has no output field yet; of the other tools it cannot be known.
function hasBegun(part: ToolPart): boolean {
  return part.tool !== 'bash' || part.state.metadata?.output !== undefined;
}

function finishStanding(last: Message, messages: readonly Message[], askedId: string): Standing {
  const { finish } = last.info;
  if (finish === 'stop') {
    const text = textOf(last);
    const answers = messages.filter(({ info }) => info.parentID === askedId);
    if (text === '' && !answers.some((answer) => toolParts(answer).length > 0)) {
      return failed('transient', 'The model ended with an empty answer');
    }
    return { kind: 'ended', end: { type: 'completed', text }, resume: 'never' };
  }
  if (finish === undefined) return aborted();
  if (finish === 'tool-calls') {
    // Also the state between two steps, when the process died exactly there.
    if (!toolParts(last).some(isRejected)) return { kind: 'interrupted' };
    return failed('refused', 'The run ended because a request of the agent was rejected');
  }
  if (finish === 'length') return failed('transient', "The model's answer was cut at its output limit");
  if (finish === 'content-filter') return failed('refused', "The provider's content filter blocked the answer");
  return failed('transient', `The model ended its answer for an unknown reason (${finish})`);
}

function isRejected(part: ToolPart): boolean {
  return part.state.status === 'error' && /rejected permission|dismissed this question/i.test(part.state.error ?? '');
}

function errorEnd(error: RemoteError): Standing {
  const message = error.data?.message ?? error.name;
  switch (error.name) {
    case 'MessageAbortedError':
      return aborted();
    case 'ProviderAuthError':
      return failed('auth', message);
    case 'ContextOverflowError':
      return failed('context_too_long', message);
    case 'ContentFilterError':
      return failed('refused', message);
    case 'StructuredOutputError':
      return failed('invalid', message);
    case 'MessageOutputLengthError':
      return failed('transient', "The model's answer was cut at its output limit");
    case 'APIError':
      return apiError(error, message);
    default:
      // A malformed answer and the like: OpenCode gives up at once, and going on is safe.
      return failed('transient', message, null, 'always');
  }
}

function apiError(error: RemoteError, message: string): Standing {
  const ours = decodeFailure(error.data?.responseHeaders?.[failureHeader] ?? '');
  if (ours !== null) {
    const fresh = ours.class === 'transient' || ours.class === 'quota_exhausted';
    return failed(ours.class, ours.message, ours.retryAt, fresh ? 'fresh' : 'never');
  }
  // OpenCode only talks to our gateway: without a status it was the gateway that was away, not a provider.
  if (error.data?.statusCode === undefined) return failed('transient', message, null, 'always');
  return failed(error.data.statusCode >= 500 ? 'transient' : 'invalid', message, null, 'fresh');
}

function aborted(): Standing {
  return { kind: 'ended', end: { type: 'aborted', message: 'The run was aborted' }, resume: 'fresh' };
}

type Failure = Extract<RunEnd, { type: 'failed' }>['failure'];

function failed(
  failure: Failure,
  message: string,
  retryAt: Date | null = null,
  resume: 'never' | 'fresh' | 'always' = 'never',
): Standing {
  return { kind: 'ended', end: { type: 'failed', failure, message, retryAt }, resume };
}

function toolParts(message: Message): ToolPart[] {
  return message.parts.flatMap((part) => {
    const parsed = toolPart.safeParse(part);
    return parsed.success ? [parsed.data] : [];
  });
}

function textOf(message: Message): string {
  return message.parts
    .flatMap((part) => {
      const parsed = textPart.safeParse(part);
      return parsed.success && parsed.data.type === 'text' && parsed.data.synthetic !== true ? [parsed.data.text] : [];
    })
    .join('\n')
    .trim();
}
