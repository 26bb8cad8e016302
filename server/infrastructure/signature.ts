import { createHmac } from 'node:crypto';

/** How a receiver knows that we sent it (api.md): the timestamp is signed too, so that an old call cannot come again. */
export function signedHeaders(secrets: readonly string[], body: string, at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return {
    'X-Orchestrator-Timestamp': timestamp,
    'X-Orchestrator-Signature': secrets.map((secret) => `sha256=${hmac(secret, `${timestamp}.${body}`)}`).join(','),
  };
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
