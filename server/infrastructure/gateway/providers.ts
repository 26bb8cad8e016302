import type { ServerResponse } from 'node:http';
import { createParser } from 'eventsource-parser';
import type { ModelConfig } from '../../config.ts';
import type { Prices } from '../../domain/budget.ts';
import type { Usage } from '../../domain/metrics.ts';
import { writeOut } from './answer-stream.ts';
import { classify, unreachable } from './failures.ts';
import type { CallOutcome, GatewayAttempt } from './model-call.ts';
import { unreported, usageOf } from './usage.ts';

/** One request of a runtime, already admitted. */
export interface ProviderCall {
  attempt: GatewayAttempt;
  model: string;
  body: Readonly<Record<string, unknown>>;
  response: ServerResponse;
  /** Aborted when the caller left or the attempt was cut off. */
  signal: AbortSignal;
}

/**
 * Answers calls. It writes the answer but never ends the response: the gateway ends it once the call is recorded.
 * A failure before the first byte is returned unwritten; after it, the gateway cuts the connection.
 */
export interface Provider {
  name: string;
  models: string[];
  /** False for scripted failures, which say nothing about the health of a provider. */
  counted: boolean;
  answer(call: ProviderCall): Promise<CallOutcome>;
}

export interface UpstreamOptions {
  /** Until the first byte of the answer's headers, connecting included. */
  headerMs: number;
  /** Between two pieces of a stream. */
  chunkMs: number;
}

/** Any OpenAI-compatible endpoint. The runtime's own headers stay here, and the key never leaves towards it. */
export function upstreamProvider(model: ModelConfig, options: UpstreamOptions): Provider {
  const prices: Prices = { input: model.inputPrice, output: model.outputPrice };
  // Reasoning models take no temperature: after the first refusal none is sent.
  let fixedTemperature = false;
  const bodyOf = ({ body, attempt }: ProviderCall, without: boolean): string => {
    const temperature = attempt.temperature ?? null;
    return JSON.stringify(without || temperature === null ? body : { ...body, temperature });
  };
  const clean = (text: string) => (model.apiKey ? text.replaceAll(model.apiKey, '[redacted]') : text);

  return {
    name: 'default',
    models: [model.name],
    counted: true,
    async answer(call) {
      const watch = silenceWatch(call.signal);
      let usage: Usage = unreported(true);
      try {
        watch.expect(options.headerMs, 'The provider did not answer in time');
        const ask = (without: boolean) =>
          fetch(`${model.baseUrl}/chat/completions`, {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              accept: call.body.stream === true ? 'text/event-stream' : 'application/json',
              ...(model.apiKey !== null && { authorization: `Bearer ${model.apiKey}` }),
            },
            body: bodyOf(call, without),
            // A redirect would carry the key to another host.
            redirect: 'manual',
            signal: watch.signal,
          });
        let answer = await ask(fixedTemperature);
        if (answer.status === 400 && !fixedTemperature && call.attempt.temperature != null) {
          const refused = await answer.text();
          fixedTemperature = aboutTemperature(refused);
          answer = fixedTemperature ? await ask(true) : new Response(refused, { status: 400, headers: answer.headers });
        }
        watch.expect(options.chunkMs, 'The provider fell silent in the middle of its answer');
        if (!answer.ok || answer.body === null) {
          const text = clean((await answer.text()).slice(0, 64 * 1024));
          const failure = classify(answer.status, answer.headers, text, new Date());
          return { status: answer.status, usage: { ...usage, costUsd: 0 }, failure };
        }
        const type = answer.headers.get('content-type') ?? 'application/json';
        call.response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' });
        const meter = usageMeter(type, prices);
        for await (const chunk of answer.body) {
          watch.expect(options.chunkMs, 'The provider fell silent in the middle of its answer');
          meter.take(chunk);
          await writeOut(call.response, chunk);
        }
        usage = meter.total() ?? usage;
        return { status: 200, usage, failure: null };
      } catch (error) {
        if (call.signal.aborted) return { status: 499, usage, failure: null };
        return { status: 0, usage, failure: unreachable(watch.reason() ?? clean(reasonOf(error))) };
      } finally {
        watch.done();
      }
    },
  };
}

/** Whether a provider refused the request for its temperature, by the structured field that says so. */
function aboutTemperature(body: string): boolean {
  try {
    const error: unknown = Reflect.get(Object(JSON.parse(body)), 'error');
    return Reflect.get(Object(error), 'param') === 'temperature';
  } catch {
    // Not JSON: some other fault.
    return false;
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? cause.message : String(cause);
  return `The provider could not be reached (${text})`;
}

function silenceWatch(outer: AbortSignal) {
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let reason: string | null = null;
  return {
    signal: AbortSignal.any([outer, silence.signal]),
    reason: () => reason,
    expect(ms: number, otherwise: string) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        reason = otherwise;
        silence.abort();
      }, ms);
    },
    done: () => clearTimeout(timer),
  };
}

function usageMeter(type: string, prices: Prices) {
  const decoder = new TextDecoder();
  let last: Usage | null = null;
  let text = '';
  const look = (data: string) => {
    try {
      last = usageOf(JSON.parse(data), prices) ?? last;
    } catch {
      // `[DONE]`, or a malformed piece: passed on as it is, and the runtime judges it.
    }
  };
  const parser = createParser({ onEvent: (event) => look(event.data) });
  const streamed = type.includes('event-stream');
  return {
    take(chunk: Uint8Array) {
      const piece = decoder.decode(chunk, { stream: true });
      if (streamed) parser.feed(piece);
      else text += piece;
    },
    total() {
      if (!streamed) look(text);
      return last;
    },
  };
}
