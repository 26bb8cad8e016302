import { setTimeout as delay } from 'node:timers/promises';
import type { RehearsalRun } from '../../domain/rehearsal.ts';
import { type AnswerStream, openAnswer } from './answer-stream.ts';
import { messagesOf, offeredTools, scriptedResults, userTexts } from './chat-messages.ts';
import type { CallFailure, CallOutcome, GatewayAttempt, GatewayMeter } from './model-call.ts';
import { outlineTurn } from './outline-turn.ts';
import { planTurn } from './plan-turn.ts';
import type { Provider, ProviderCall } from './providers.ts';
import { scriptFor } from './rehearsal-script.ts';
import { nextTurn, type Turn } from './rehearsal-turn.ts';
import { unreported, usageOf } from './usage.ts';

/** How long a scripted `quota` failure parks the provider. */
const quotaResetMs = 5_000;

/** The deterministic model without intelligence (engine.md 6.1). It costs nothing, and says what it is. */
export function rehearsalProvider(meter: Pick<GatewayMeter, 'countFailure' | 'setContext'>): Provider {
  return {
    name: 'rehearsal',
    models: ['scripted'],
    counted: false,
    async answer(call) {
      try {
        return await perform(call, meter);
      } catch (error) {
        if (call.signal.aborted) return { status: 499, usage: unreported(false), failure: null };
        throw error;
      }
    },
  };
}

async function perform(
  call: ProviderCall,
  meter: Pick<GatewayMeter, 'countFailure' | 'setContext'>,
): Promise<CallOutcome> {
  const { attempt, body } = call;
  // Without tools it is asked for a title or a summary, never for work.
  if (!Array.isArray(body.tools) || body.tools.length === 0) return speak(call, plain('Rehearsal'));
  const messages = messagesOf(body);
  if (attempt.role === 'plan') return speak(call, plain(planTurn(userTexts(messages), attempt)));
  const results = scriptedResults(messages);
  const script = scriptFor(userTexts(messages), runOf(attempt));
  const turn =
    script === null
      ? outlineTurn(attempt.taskKey, results, offeredTools(body).has('write'))
      : await nextTurn(
          script,
          results.keys(),
          (step) => meter.countFailure(attempt.attemptId, step),
          offeredTools(body),
        );
  if (Object.keys(turn.context).length > 0) await meter.setContext(attempt.attemptId, turn.context);
  const opened = await wait(call, turn);
  return speak(call, turn, opened);
}

/** Shorter than any patience with a silent model. */
const aliveMs = 1_000;

// Nothing is streamed while it waits, but comments keep OpenCode from taking a long wait for a dead model.
async function wait(call: ProviderCall, turn: Turn): Promise<AnswerStream | null> {
  const until = Date.now() + turn.waitSeconds * 1000;
  const left = () => Math.max(0, until - Date.now());
  const open = turn.move.kind !== 'fail' && call.body.stream === true && left() > aliveMs;
  const answer = open ? await openAnswer(call.response, call.model) : null;
  while (left() > 0) {
    await delay(answer === null ? left() : Math.min(left(), aliveMs), undefined, { signal: call.signal });
    await answer?.raw(': waiting\n\n');
  }
  return answer;
}

function runOf(attempt: GatewayAttempt): RehearsalRun {
  if (attempt.role === 'conflict') return { role: 'conflict', attempt: attempt.number };
  return { taskKey: attempt.taskKey, order: attempt.taskOrder ?? null, attempt: attempt.number };
}

function plain(text: string): Turn {
  return { text, usage: { input: 0, output: 0 }, waitSeconds: 0, context: {}, move: { kind: 'end' } };
}

async function speak(call: ProviderCall, turn: Turn, opened: AnswerStream | null = null): Promise<CallOutcome> {
  const { move } = turn;
  if (move.kind === 'fail') return fail(call, turn, move.failure);
  const finish = move.kind === 'tool' ? 'tool_calls' : 'stop';
  if (call.body.stream !== true) return speakAtOnce(call, turn, finish);
  const answer = opened ?? (await openAnswer(call.response, call.model));
  await stream(answer, turn.text, call.signal);
  if (move.kind === 'tool') await answer.toolCall(`step-${move.step}`, move.tool, move.input);
  await answer.finish(finish, turn.usage);
  return outcomeOf(turn);
}

function speakAtOnce(call: ProviderCall, turn: Turn, finish: string): CallOutcome {
  const { move, usage } = turn;
  const toolCalls =
    move.kind === 'tool'
      ? [
          {
            id: `step-${move.step}`,
            type: 'function',
            function: { name: move.tool, arguments: JSON.stringify(move.input) },
          },
        ]
      : undefined;
  const message = { role: 'assistant', content: turn.text, tool_calls: toolCalls };
  call.response.writeHead(200, { 'content-type': 'application/json' });
  call.response.write(
    JSON.stringify({
      id: 'chatcmpl-rehearsal',
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model: call.model,
      choices: [{ index: 0, message, finish_reason: finish }],
      usage: { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output },
    }),
  );
  return outcomeOf(turn);
}

// In pieces, as a model writes: long texts in longer pieces, so that none takes more than a second.
async function stream(answer: AnswerStream, text: string, signal: AbortSignal): Promise<void> {
  const size = Math.max(16, Math.ceil(text.length / 50));
  for (let from = 0; from < text.length; from += size) {
    await answer.text(text.slice(from, from + size));
    await delay(15, undefined, { signal });
  }
}

function outcomeOf(turn: Turn): CallOutcome {
  const usage = usageOf(
    { usage: { prompt_tokens: turn.usage.input, completion_tokens: turn.usage.output } },
    { input: 0, output: 0 },
  );
  return { status: 200, usage, failure: null };
}

async function fail(
  call: ProviderCall,
  turn: Turn,
  kind: Extract<Turn['move'], { kind: 'fail' }>['failure'],
): Promise<CallOutcome> {
  const failed = (failure: CallFailure): CallOutcome => ({ status: failure.status, usage: unreported(false), failure });
  const inMs = (ms: number) => new Date(Date.now() + ms);
  switch (kind) {
    case 'rate_limit':
      return failed({ class: 'transient', status: 429, message: 'Scripted rate limit', retryAt: inMs(1000) });
    case 'quota':
      return failed({
        class: 'quota_exhausted',
        status: 429,
        message: 'Scripted end of quota',
        retryAt: inMs(quotaResetMs),
      });
    case 'server_error':
      return failed({ class: 'transient', status: 500, message: 'Scripted server error', retryAt: null });
    case 'hang':
      // Never answers; only the caller's patience or a cut-off ends it.
      await delay(2 ** 31 - 1, undefined, { signal: call.signal });
      return { status: 499, usage: unreported(false), failure: null };
    case 'cut':
    case 'malformed': {
      const answer = await openAnswer(call.response, call.model);
      await answer.text(turn.text || 'This answer is cut');
      if (kind === 'malformed') {
        await answer.raw('data: {"choices":[{"delta":{"content":\n\n');
        call.response.end();
      }
      return failed({ class: 'transient', status: 200, message: `Scripted ${kind} answer`, retryAt: null });
    }
    case 'length':
    case 'refuse': {
      const answer = await openAnswer(call.response, call.model);
      await stream(answer, turn.text || (kind === 'length' ? 'This answer is cut short by its leng' : ''), call.signal);
      await answer.finish(kind === 'length' ? 'length' : 'content_filter', turn.usage);
      return outcomeOf(turn);
    }
  }
}
