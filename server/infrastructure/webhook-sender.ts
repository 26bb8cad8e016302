import type { SendSigned } from '../application/ports.ts';
import type { Outbound } from './outbound.ts';
import { signedHeaders } from './signature.ts';

const answerMs = 10_000;
const excerptBytes = 2_048;

/** Posts signed JSON through the outbound guard and reads no more of the answer than is shown. */
export function createWebhookSender(outbound: Outbound, timeoutMs = answerMs): SendSigned {
  return async ({ url, headers, body, secrets }) => {
    const began = performance.now();
    const took = () => Math.round(performance.now() - began);
    const whole = AbortSignal.timeout(timeoutMs);
    try {
      const response = await outbound.open(new URL(url), {
        method: 'POST',
        protocols: ['https:', 'http:'],
        headers: {
          'content-type': 'application/json',
          'user-agent': 'opencode-industrial-orchestrator',
          ...headers,
          ...signedHeaders(secrets, body, new Date()),
        },
        body,
        timeoutMs,
        signal: whole,
      });
      const durationMs = took();
      return { status: response.status, excerpt: await beginningOf(response), durationMs };
    } catch (error) {
      if (whole.aborted) return { status: null, reason: `No answer within ${timeoutMs / 1000} s.`, durationMs: took() };
      if (!(error instanceof Error)) throw error;
      return { status: null, reason: error.message, durationMs: took() };
    }
  };
}

/** What the receiver says first. It has answered already, so a body that breaks off changes nothing. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    while (size < excerptBytes) {
      const { value, done } = await reader.read();
      if (done) break;
      parts.push(value);
      size += value.length;
    }
  } catch (error) {
    if (size === 0) return `(the body could not be read: ${error instanceof Error ? error.message : String(error)})`;
  }
  // Not waited for: a body without an end would hold the delivery.
  reader.cancel().catch(() => undefined);
  return new TextDecoder().decode(Buffer.concat(parts).subarray(0, excerptBytes));
}
